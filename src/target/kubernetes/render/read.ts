import { join, relative } from 'node:path';
import * as v from 'valibot';
import { decode } from '../../../document/decode.ts';
import { parseYaml } from '../../../document/yaml.ts';
import { SvcError } from '../../../errors.ts';
import type { FileSystem } from '../../../runtime/runtime.ts';
import { readScore, type SourcedWorkload } from '../../../workload/overlay.ts';
import type { Workload } from '../../../workload/workload.ts';
import type { ClusterEnvironment } from '../../../workspace/environment.ts';
import type { Service, Workspace } from '../../../workspace/workspace.ts';
import type { Images } from './images.ts';
import { KUSTOMIZATION, type PatchFolder } from './patch/kustomization.ts';
import { unprovided, unrenderable } from './problem.ts';
import type { Facts, Observability, Scene } from './scene.ts';

export interface Reading {
  readonly workspace: Workspace;
  readonly environment: ClusterEnvironment;
  readonly images: Images;
}

/**
 * Everything that the objects of a service are made of, read from its folder.
 * @throws SvcError workload/invalid, workspace/invalid, file/unreadable
 */
export async function readScene(service: Service, { workspace, environment, images }: Reading, fs: FileSystem): Promise<Scene> {
  const sourced = await readWorkload(service, { workspace, environment: environment.name }, fs);
  const { workload, where } = sourced;
  return {
    service: factsOf(service),
    workload,
    where,
    environment,
    images: imagesOf(service, sourced, { environment, images }),
    neighbours: await readNeighbours(service, { workspace, environment: environment.name }, fs),
    sources: await readSources(service, sourced, fs),
    observability: await observabilityOf(service, workspace.root, fs),
    migrations: workload.migrate ? await migrationsOf(service, fs) : [],
  };
}

/**
 * The service's Score file with the overlay of the environment, where it has one.
 * @throws SvcError workload/invalid, also where the service has no Score file
 */
export async function readWorkload(
  { name, folder }: Service,
  { workspace, environment }: { readonly workspace: Workspace; readonly environment: string | undefined },
  fs: FileSystem,
): Promise<SourcedWorkload> {
  const scoreFile = async (file: string) => {
    const text = await fs.readText(join(folder, file));
    return text === undefined ? undefined : { text, file: relative(workspace.root, join(folder, file)) };
  };
  const base = await scoreFile('score.yaml');
  const overlay = environment === undefined ? undefined : await scoreFile(`score.${environment}.yaml`);
  if (base) return readScore(base, overlay);
  throw unrenderable(
    relative(workspace.root, folder) || '.',
    `${name} has no score.yaml`,
    'Describe its containers in one: https://score.dev',
  );
}

/**
 * The services that run an image of their own which was not named: those that have one to be built.
 * @throws SvcError workload/invalid
 */
export async function withoutImage(
  services: readonly Service[],
  { workspace, environment, images }: Reading,
  fs: FileSystem,
): Promise<readonly Service[]> {
  const unnamed = services.filter(({ name }) => images[name] === undefined);
  const read = await Promise.all(unnamed.map((service) => readWorkload(service, { workspace, environment: environment.name }, fs)));
  return unnamed.filter((_, index) => read[index]?.workload.containers.some(({ image }) => image === '.'));
}

/** Objects and patches of the service's own for an environment: `deploy/<environment>/`. Undefined where it has none. */
export async function readPatchFolder(
  { folder }: Service,
  { workspace, environment }: { readonly workspace: Workspace; readonly environment: string },
  fs: FileSystem,
): Promise<PatchFolder | undefined> {
  const place = join(folder, 'deploy', environment);
  if ((await fs.info(join(place, KUSTOMIZATION)))?.kind !== 'file') return undefined;
  const entries = ((await fs.list(place)) ?? []).filter(({ kind }) => kind === 'file');
  const files = await Promise.all(entries.map(async ({ name }) => [name, (await fs.readText(join(place, name))) ?? ''] as const));
  return { shown: relative(workspace.root, place), files: new Map(files) };
}

function factsOf({ name, version, owner, system, lock }: Service): Facts {
  return { name, version, owner, system, template: lock && `${lock.template.name}@${lock.template.version}` };
}

/** `.` is the service's own image: what was given for it, or else by its version in the environment's registry. */
function imagesOf(
  service: Service,
  { workload, where }: SourcedWorkload,
  { environment, images }: Pick<Reading, 'environment' | 'images'>,
): Images {
  const own = () => images[service.name] ?? versionedImage(service, environment, where(['containers']));
  return Object.fromEntries(workload.containers.map(({ name, image }) => [name, image === '.' ? own() : image]));
}

function versionedImage({ name, version }: Service, { name: environment, registry, where }: ClusterEnvironment, score: string): string {
  const instead = `or name the image: --image ${name}=registry.example.com/${name}@sha256:…`;
  if (registry === undefined) {
    throw unprovided(where([]), `where is the image of ${name} pulled from?`, `Say registry under environments.${environment}, ${instead}`);
  }
  if (version === undefined) throw unrenderable(score, `the image of ${name} has no version`, `Give it one in package.json, ${instead}`);
  return `${registry}/${name}:${version}`;
}

/** The workloads of the other services, by name. What is broken in one of them is not this one's failure: it is no neighbour then. */
export async function readNeighbours(
  { name }: Service,
  place: { readonly workspace: Workspace; readonly environment: string | undefined },
  fs: FileSystem,
): Promise<ReadonlyMap<string, Workload>> {
  const others = place.workspace.services.filter((service) => service.name !== name && service.workload !== undefined);
  const read = await Promise.all(
    others.map(async (service) => [service.name, await readWorkload(service, place, fs).catch(unlessForeseen)] as const),
  );
  return new Map(read.flatMap(([other, sourced]) => (sourced ? [[other, sourced.workload] as const] : [])));
}

function unlessForeseen(error: unknown): undefined {
  if (!(error instanceof SvcError)) throw error;
}

/**
 * What the files of the service's containers hold, by their `source`.
 * @throws SvcError workload/invalid where there is no such file, or it lies outside of the service's folder
 */
export async function readSources({ folder }: Service, { workload, where }: SourcedWorkload, fs: FileSystem): Promise<Scene['sources']> {
  const wanted = workload.containers.flatMap(({ name, files }) =>
    files.flatMap(({ source, target }) => (source === undefined ? [] : [{ source, at: where(['containers', name, 'files', target]) }])),
  );
  const read = wanted.map(async ({ source, at }) => {
    const inside = !/^\/|(^|\/)\.\.(\/|$)|\\/.test(source);
    const bytes = inside ? await fs.readBytes(join(folder, source)) : undefined;
    if (bytes) return [source, bytes] as const;
    throw unrenderable(
      at,
      inside ? `there is no file ${source}` : `${source} is outside of the service's folder`,
      'Name a file below score.yaml',
    );
  });
  return new Map(await Promise.all(read));
}

/** The SQL files of the service's folder `migrations/`, but for those of the way back. */
async function migrationsOf({ folder }: Service, fs: FileSystem): Promise<Scene['migrations']> {
  const place = join(folder, 'migrations');
  const found = ((await fs.list(place)) ?? []).filter(({ name, kind }) => kind === 'file' && /(?<!\.down)\.sql$/.test(name));
  return Promise.all(found.map(async ({ name }) => ({ file: name, text: (await fs.readText(join(place, name))) ?? '' })));
}

const rulesFile = v.looseObject({ groups: v.array(v.looseObject({ name: v.string() })) });

async function observabilityOf({ folder }: Service, root: string, fs: FileSystem): Promise<Observability> {
  const place = join(folder, 'observability');
  const names = ((await fs.list(place)) ?? []).filter(({ kind }) => kind === 'file').map(({ name }) => name);
  const texts = await Promise.all(
    names.map(async (name) => ({ path: join(place, name), name, text: (await fs.readText(join(place, name))) ?? '' })),
  );
  const rules = texts.filter(({ name }) => /\.ya?ml$/.test(name) && !/\.test\.ya?ml$/.test(name));
  return {
    rules: rules.flatMap(({ path, text }) => groupsIn(text, relative(root, path))),
    dashboards: texts.filter(({ name }) => name.endsWith('.json')).map(({ name, text }) => ({ file: name, text })),
  };
}

function groupsIn(text: string, file: string): readonly unknown[] {
  const source = { text, file, code: 'workspace/invalid' } as const;
  return parseYaml(source).flatMap((document) => decode(document, rulesFile, source).groups);
}
