import { dirname, join, resolve } from 'node:path';
import { SvcError } from '../../errors.ts';
import type { FileSystem } from '../../runtime/runtime.ts';

/** Where a new service goes, and what it becomes a part of. Paths are absolute. */
export interface Placement {
  readonly folder: string;
  /** Where files of the repository go: the git root, else the workspace, else the service's own folder. */
  readonly repository: string;
  /** The folder with `svc.yaml` that it is in. */
  readonly workspace: string | undefined;
  /** The root of the git repository that is there already. */
  readonly git: string | undefined;
  /** What the workspace says of all its services. */
  readonly defaults: WorkspaceDefaults;
}

export interface WorkspaceDefaults {
  readonly owner?: string;
  readonly system?: string;
}

export interface Wanted {
  /** The command's folder. */
  readonly cwd: string;
  readonly name: string;
  /** The folder that the user chose, relative to `cwd`. */
  readonly dir: string | undefined;
  /** Of the template: a `workspace` is no part of another one. */
  readonly type: string;
}

const WORKSPACE_FILE = 'svc.yaml';
const CATALOG_FILE = 'catalog-info.yaml';

/** Where services of a workspace live until it has one. */
const USUAL_FOLDER = 'services';

/**
 * Finds the place of a new service: the chosen folder; in a workspace beside its other services; else below the current folder.
 * @throws SvcError plan/conflict for a workspace inside of another one
 */
export async function placeService({ cwd, name, dir, type }: Wanted, fs: FileSystem): Promise<Placement> {
  const around = dir === undefined ? await folderAbove(cwd, WORKSPACE_FILE, fs) : undefined;
  const folder = dir !== undefined ? resolve(cwd, dir) : join(around ? join(around, await siblingFolder(around, fs)) : cwd, name);
  const workspace = around ?? (await folderAbove(dirname(folder), WORKSPACE_FILE, fs));
  if (type === 'workspace' && workspace !== undefined) {
    throw new SvcError('plan/conflict', `${workspace} is a workspace already`, {
      hint: 'Make another one outside of it, or add a service: svc new http-service orders',
    });
  }
  const git = await folderAbove(folder, '.git', fs);
  return { folder, workspace, git, repository: git ?? workspace ?? folder, defaults: workspace ? await defaultsOf(workspace, fs) : {} };
}

/** The folder that all of its files are inside of: what a plan calls its root. */
export function rootOf({ folder, repository, workspace }: Placement): string {
  return [folder, repository, workspace ?? folder].sort((a, b) => a.length - b.length)[0] ?? folder;
}

/**
 * A new service needs a folder that is empty or not there. A fresh clone of an empty repository counts as empty.
 * @throws SvcError plan/conflict
 */
export async function refuseTaken({ folder }: Placement, fs: FileSystem): Promise<void> {
  const kind = (await fs.info(folder))?.kind;
  const names = ((await fs.list(folder)) ?? []).map((entry) => entry.name).filter((name) => name !== '.git');
  const isFile = kind === 'file' || kind === 'other';
  if (kind === undefined || (!isFile && names.length === 0)) return;
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  const what = isFile ? 'is a file' : `is not empty: it holds ${names.slice(0, 3).join(', ')}${more}`;
  throw new SvcError('plan/conflict', `${folder} ${what}`, { hint: 'Choose another name, or another folder: --dir ./new-folder' });
}

async function folderAbove(from: string, name: string, fs: FileSystem): Promise<string | undefined> {
  for (let folder = from; ; folder = dirname(folder)) {
    if ((await fs.info(join(folder, name))) !== undefined) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/** The folder that most services of the workspace's Location are in: `services` for `./services/orders/catalog-info.yaml`. */
async function siblingFolder(workspace: string, fs: FileSystem): Promise<string> {
  const entities = await entitiesOf(workspace, fs);
  const targets = entities.filter(({ kind }) => kind === 'Location').flatMap(({ spec }) => spec?.targets ?? []);
  const parents = targets.map((target) => dirname(dirname(target.replace(/^\.\//, ''))));
  const count = (folder: string) => parents.filter((parent) => parent === folder).length;
  return [...new Set(parents)].sort((a, b) => count(b) - count(a))[0] ?? USUAL_FOLDER;
}

async function defaultsOf(workspace: string, fs: FileSystem): Promise<WorkspaceDefaults> {
  const systems = (await entitiesOf(workspace, fs)).filter(({ kind }) => kind === 'System');
  const [system] = systems;
  if (!system || systems.length > 1) return {};
  const owner = system.spec?.owner?.replace(/^(group:)?(default\/)?/i, '');
  return { ...(system.metadata?.name && { system: system.metadata.name }), ...(owner && { owner }) };
}

interface Entity {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string };
  readonly spec?: { readonly owner?: string; readonly targets?: readonly string[] };
}

async function entitiesOf(workspace: string, fs: FileSystem): Promise<readonly Entity[]> {
  const text = await fs.readText(join(workspace, CATALOG_FILE));
  if (text === undefined) return [];
  const { parseYaml } = await import('../../document/yaml.ts');
  return parseYaml({ text, file: CATALOG_FILE, code: 'catalog/invalid' }).map(({ value }) => (value ?? {}) as Entity);
}
