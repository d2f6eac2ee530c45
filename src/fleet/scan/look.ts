import { basename, join, relative, sep } from 'node:path';
import { nameOf } from '../../catalog/entity.ts';
import { type CatalogReport, readCatalog } from '../../catalog/faults.ts';
import { SvcError } from '../../errors.ts';
import type { FileSystem, Runtime } from '../../runtime/runtime.ts';
import type { Shelf } from '../../template/sources/shelf.ts';
import { gatherOwner, pipelinePaths } from '../../upgrade/adopt/gather.ts';
import { pipelineEvidence } from '../../upgrade/adopt/readers/pipeline.ts';
import { isDrift } from '../../upgrade/drift.ts';
import { standingOf } from '../../upgrade/standing.ts';
import type { Candidate } from './candidates.ts';
import type { DriftedFile, ScanRow } from './report.ts';
import { missingStandards, type Presence } from './standards.ts';

/** What services of one repository share, read once. */
export interface Shared {
  readonly pipeline: boolean;
  /** Who reviews everything by CODEOWNERS. */
  readonly owner: string | undefined;
}

/** What a scan remembers from one service to the next. */
export interface Memory {
  readonly shelf: Shelf;
  readonly repositories: Map<string, Promise<Shared>>;
}

/** A larger file is no description of a service. */
const LARGEST = 1_048_576;

/**
 * Looks at one service; nothing of it is run. What is wrong with it is told in its row: one broken service never ends a scan.
 * @param place how the row names it
 */
export async function lookAt(
  candidate: Candidate,
  place: string,
  { memory, runtime }: { memory: Memory; runtime: Runtime },
): Promise<ScanRow> {
  const { folder, kind } = candidate;
  const row = {
    name: basename(folder),
    place,
    kind,
    drifted: [],
    edited: 0,
    missing: [],
    catalog: { state: 'none', problems: [] },
  } as const;
  try {
    const described = await describe(candidate, memory, runtime.fs);
    return { ...row, ...described, ...(candidate.hasLock ? await standing(candidate, memory.shelf, runtime) : {}) };
  } catch (error) {
    return { ...row, error: said(error) };
  }
}

/** The two axes. A lock that cannot be read does not take away what else is known. */
async function standing(
  { folder, root }: Candidate,
  shelf: Shelf,
  runtime: Runtime,
): Promise<Partial<ScanRow> & Pick<ScanRow, 'drifted' | 'edited'>> {
  try {
    const { name, template, offered, behind, drift } = await standingOf({ folder, root }, shelf, runtime);
    const drifted = drift.filter(isDrift).map(({ path, ownership, difference }) => ({ path, ownership, difference }) as DriftedFile);
    const known = offered instanceof SvcError ? { error: said(offered), template } : { behind, template: { ...template, offered } };
    return { name, ...known, drifted, edited: drift.length - drifted.length };
  } catch (error) {
    return { drifted: [], edited: 0, error: said(error) };
  }
}

/** One line, whatever happened. */
function said(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n').slice(0, 2).join(' ').trim();
}

async function describe(
  { folder, root, kind, entries }: Candidate,
  { repositories }: Memory,
  fs: FileSystem,
): Promise<Pick<ScanRow, 'name' | 'catalog' | 'missing'> & { readonly owner?: string }> {
  const names = entries.map(({ name }) => name);
  const text = (name: string) => textIn(join(folder, name), fs);
  const found = await catalogOf(folder, names, fs);
  const component = entityOf(found, kind);
  const known = repositories.get(root) ?? readShared(root, fs);
  repositories.set(root, known);
  const shared = await known;
  const owner = textAt(component, 'spec', 'owner');
  const whose = owner === undefined ? shared.owner : nameOf(owner);
  const state = found === undefined ? 'none' : found.faults.length > 0 ? 'invalid' : 'valid';
  const presence: Presence = {
    top: names,
    inside: insideOf(folder, entries, fs),
    pipeline: shared.pipeline,
    owner: whose !== undefined,
    catalog: state !== 'none',
    probes: await Promise.all(['score.yaml', 'Dockerfile', 'Containerfile'].filter((name) => names.includes(name)).map(text)),
  };
  return {
    name: textAt(component, 'metadata', 'name') ?? basename(folder),
    ...(whose !== undefined && { owner: whose }),
    catalog: { state, problems: found?.faults ?? [] },
    missing: kind === 'workspace' ? [] : await missingStandards(presence),
  };
}

/** Undefined where there is no entry. What must not be read is told as a fault of it. */
async function catalogOf(folder: string, names: readonly string[], fs: FileSystem): Promise<CatalogReport | undefined> {
  const file = names.find((name) => /^catalog-info\.ya?ml$/.test(name));
  if (file === undefined) return undefined;
  const info = await fs.glance(join(folder, file), LARGEST);
  if (info?.kind !== 'file') return { entities: [], faults: [`${file}: is a ${info?.kind ?? 'file that went away'}, and is not followed`] };
  if (!info.content) return { entities: [], faults: [`${file}:1: the file is larger than 1 MiB`] };
  return readCatalog(Buffer.from(info.content).toString('utf8'), file);
}

/** The entity that speaks of the service: its component, in a workspace its system. */
function entityOf(found: CatalogReport | undefined, kind: Candidate['kind']): unknown {
  const wanted = kind === 'workspace' ? 'System' : 'Component';
  return found?.entities.find((entity) => textAt(entity, 'kind') === wanted);
}

function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const inner = path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined),
    value,
  );
  return typeof inner === 'string' && inner !== '' ? inner : undefined;
}

async function readShared(root: string, fs: FileSystem): Promise<Shared> {
  const [paths, owner] = await Promise.all([pipelinePaths(root, fs), gatherOwner(root, fs)]);
  return { pipeline: pipelineEvidence(paths).length > 0, owner };
}

/** Links among them may lead anywhere: what is behind one is not looked at. */
function insideOf(folder: string, entries: Candidate['entries'], fs: FileSystem): Presence['inside'] {
  return async (path) => {
    const top = path.split('/')[0];
    if (!entries.some(({ name, kind }) => name === top && kind === 'folder')) return [];
    if (path !== top && (await fs.glance(join(folder, path), 0))?.kind !== 'folder') return [];
    return ((await fs.list(join(folder, path))) ?? []).map(({ name }) => name);
  };
}

async function textIn(path: string, fs: FileSystem): Promise<string> {
  return Buffer.from((await fs.glance(path, LARGEST))?.content ?? []).toString('utf8');
}

/** A path as reports name it. */
export function placeOf(folder: string, from: string): string {
  return relative(from, folder).split(sep).join('/') || '.';
}
