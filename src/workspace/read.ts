import { basename, dirname, join, relative } from 'node:path';
import { nameOf, parseEntities } from '../catalog/entity.ts';
import { SvcError } from '../errors.ts';
import type { FileSystem } from '../runtime/runtime.ts';
import { LOCK_PATH, parseLock } from '../template/lock.ts';
import { parseScore } from '../workload/score.ts';
import { readEnvironments, WORKSPACE_FILE } from './environment.ts';
import type { Problem, Service, Workspace } from './workspace.ts';

/** Folders that hold no service of the team's own. */
const NOT_SEARCHED = new Set(['node_modules', 'dist', 'build', 'vendor', 'target', 'templates']);
const DEEPEST = 6;

/**
 * The workspace that a folder is in: the nearest folder above with `svc.yaml`, else the service it is in, else every service
 * below it. Broken files of a service are its `problems`; only a broken `svc.yaml` throws.
 * @throws SvcError workspace/invalid, file/unreadable
 */
export async function readWorkspace(fs: FileSystem, from: string): Promise<Workspace> {
  const workspaceRoot = await nearest(from, async (folder) => (await fs.info(join(folder, WORKSPACE_FILE)))?.kind === 'file');
  if (workspaceRoot !== undefined) {
    await readEnvironments(fs, workspaceRoot);
    return { root: workspaceRoot, kind: 'workspace', services: await servicesBelow(fs, workspaceRoot) };
  }
  const serviceRoot = await nearest(from, (folder) => isService(fs, folder));
  if (serviceRoot !== undefined) return { root: serviceRoot, kind: 'service', services: [await readService(fs, serviceRoot, serviceRoot)] };
  return { root: from, kind: 'folder', services: await servicesBelow(fs, from) };
}

/**
 * The services of these names, all of them where no name is given.
 * @throws SvcError workspace/no-service
 */
export function pickServices(workspace: Workspace, names: readonly string[]): readonly Service[] {
  const known = new Map(workspace.services.map((service) => [service.name, service]));
  const missing = names.filter((name) => !known.has(name));
  if (missing.length > 0 || known.size === 0) {
    const what = missing.length > 0 ? `no service ${missing.join(', ')}` : 'no service';
    throw new SvcError('workspace/no-service', `There is ${what} in ${workspace.root}`, {
      hint: known.size > 0 ? `There are: ${[...known.keys()].join(', ')}` : 'Make one: svc new http-service orders',
    });
  }
  return names.length === 0 ? workspace.services : workspace.services.filter((service) => names.includes(service.name));
}

async function nearest(from: string, is: (folder: string) => Promise<boolean>): Promise<string | undefined> {
  for (let folder = from; ; folder = dirname(folder)) {
    if (await is(folder)) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

async function isService(fs: FileSystem, folder: string): Promise<boolean> {
  for (const file of ['score.yaml', LOCK_PATH]) {
    if ((await fs.info(join(folder, file)))?.kind === 'file') return true;
  }
  const catalog = await fs.readText(join(folder, 'catalog-info.yaml'));
  return catalog !== undefined && /^kind:\s*Component\b/m.test(catalog);
}

async function servicesBelow(fs: FileSystem, root: string): Promise<readonly Service[]> {
  const folders = await serviceFoldersIn(fs, root, DEEPEST);
  const services = await Promise.all(folders.map((folder) => readService(fs, folder, root)));
  return services.sort((a, b) => a.name.localeCompare(b.name)).map((service, index, all) => twin(service, all[index - 1], root));
}

/** The root itself is no service: a workspace may have a lock and a catalog entry too. */
async function serviceFoldersIn(fs: FileSystem, folder: string, levels: number): Promise<readonly string[]> {
  if (levels === 0) return [];
  const entries = (await fs.list(folder)) ?? [];
  const searched = entries.filter(({ name, kind }) => kind === 'folder' && !name.startsWith('.') && !NOT_SEARCHED.has(name));
  const found = await Promise.all(
    searched.map(async ({ name }) => {
      const inner = join(folder, name);
      return (await isService(fs, inner)) ? [inner] : serviceFoldersIn(fs, inner, levels - 1);
    }),
  );
  return found.flat();
}

/** Two services of one name cannot be told apart by any command. */
function twin(service: Service, previous: Service | undefined, root: string): Service {
  if (previous?.name !== service.name) return service;
  const where = relative(root, service.folder);
  const problem = {
    where,
    message: `${relative(root, previous.folder)} is called ${service.name} too`,
    hint: 'Give one of them another name',
  };
  return { ...service, problems: [...service.problems, problem] };
}

async function readService(fs: FileSystem, folder: string, root: string): Promise<Service> {
  const problems: Problem[] = [];
  const read = <T>(file: string, parse: (text: string, shown: string) => T) =>
    readPart(fs, { path: join(folder, file), shown: relative(root, join(folder, file)) }, parse, problems);
  const workload = await read('score.yaml', parseScore);
  const component = (await read('catalog-info.yaml', parseEntities))?.find((entity) => entity.kind === 'Component');
  const lock = await read(LOCK_PATH, parseLock);
  const version = await read('package.json', versionOf);
  const owner = component?.spec?.owner;
  const system = component?.spec?.system;
  return {
    name: workload?.name ?? component?.metadata.name ?? basename(folder),
    folder,
    owner: owner === undefined ? undefined : nameOf(owner),
    system: system === undefined ? undefined : nameOf(system),
    version,
    workload,
    lock,
    problems,
  };
}

/** A part of a service, or undefined where it is absent or broken; what is broken becomes a problem. */
async function readPart<T>(
  fs: FileSystem,
  file: { readonly path: string; readonly shown: string },
  parse: (text: string, shown: string) => T,
  problems: Problem[],
): Promise<T | undefined> {
  try {
    const text = await fs.readText(file.path);
    return text === undefined ? undefined : parse(text, file.shown);
  } catch (error) {
    if (!(error instanceof SvcError)) throw error;
    problems.push({ where: file.shown, message: error.message, hint: error.hint });
    return undefined;
  }
}

function versionOf(text: string, shown: string): string | undefined {
  try {
    const { version } = JSON.parse(text) as { readonly version?: unknown };
    return typeof version === 'string' ? version : undefined;
  } catch (cause) {
    throw new SvcError('workspace/invalid', `${shown} is not JSON`, { hint: `Mend ${shown}`, cause });
  }
}
