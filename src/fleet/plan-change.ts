import { createHash } from 'node:crypto';
import { SvcError } from '../errors.ts';
import type { Change as FileWrite } from '../plan/plan.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Shelf } from '../template/sources/shelf.ts';
import { mergeTrees } from '../upgrade/merge.ts';
import { offeredTemplate } from '../upgrade/offer.ts';
import { plainMerge } from '../upgrade/plain-merge.ts';
import type { NewAnswers } from '../upgrade/release.ts';
import type { Made } from '../upgrade/service.ts';
import type { Tree } from '../upgrade/tree.ts';
import { type Prepared, prepareFrom, type Sources } from '../upgrade/upgrade.ts';
import { ownChanges } from '../upgrade/write.ts';
import type { Change, FleetService, LeftService, PlannedChange, PlannedService, Written } from './change.ts';
import { type CommitFiles, withCommit } from './commit-files.ts';

/** A file of the user's own that is larger is no file of a template under another name. */
const LARGEST_OWN = 1_048_576;

/** What is asked of every service of a run. */
export interface PlanOrder {
  readonly shelf: Shelf;
  readonly to: string | undefined;
  readonly set: NewAnswers;
  /** Whether files with conflict markers go onto the branch. */
  readonly pushConflicts: boolean;
}

/** Plans the upgrade of all services of a change, one on top of the other where they share files. Writes nothing. */
export async function planChange(change: Change, order: PlanOrder, runtime: Runtime): Promise<PlannedChange> {
  const upgrades: PlannedService[] = [];
  const left: LeftService[] = [];
  const writes = new Map<string, Written | undefined>();
  const digest = createHash('sha256');
  for (const service of change.services) {
    const prepared = await planService(service, { files: withWrites(change.files, writes), order }, runtime);
    if ('state' in prepared) {
      left.push(prepared);
      continue;
    }
    const { upgrade, release } = prepared;
    const covered = coveredPath(prepared.changes, change.files);
    if (covered !== undefined) {
      left.push({ service, state: 'failed', reason: `${covered} is no folder, and the template has files in it`, hint: 'Move it away' });
      continue;
    }
    const disputed = upgrade.files.some(({ fate }) => fate === 'conflict');
    if (upgrade.state === 'current' || (disputed && !order.pushConflicts)) {
      left.push({ service, upgrade, state: upgrade.state === 'current' ? 'current' : 'conflict' });
      continue;
    }
    upgrades.push({ service, upgrade });
    for (const write of [...prepared.changes, ...ownChanges(service.made, release.own)]) add(write, writes, change.files);
    digest.update(JSON.stringify([service.prefix, release.own.lock, release.delivered.map(({ path }) => path)]));
  }
  const version = upgrades[0]?.upgrade.template.to ?? left.find((each) => 'upgrade' in each)?.upgrade.template.to ?? '';
  return { change, upgrades, left, version, writes, digest: digest.digest('hex').slice(0, 16) };
}

async function planService(
  service: FleetService,
  { files, order }: { readonly files: CommitFiles; readonly order: PlanOrder },
  runtime: Runtime,
): Promise<Prepared | LeftService> {
  const within = { ...runtime, fs: withCommit(files, runtime.fs) };
  try {
    const template = await offeredTemplate(service.made, order, within);
    const plan = (sources: Sources) => prepareFrom(service.made, { template, set: order.set, ask: false, sources }, within);
    const missed = { plain: true };
    const prepared = await plan(plainSources(files, missed));
    return missed.plain ? prepared : await plan(gitSources(files, runtime));
  } catch (error) {
    if (!(error instanceof SvcError)) throw error;
    return { service, state: 'failed', reason: error.message, hint: error.hint };
  }
}

/** Reads the template's files alone, which is enough while nothing has to be merged line by line. */
function plainSources(files: CommitFiles, missed: { plain: boolean }): Sources {
  return {
    ours: (_, known) => files.read([...known.keys()]),
    async merge(sides) {
      const merged = plainMerge(sides);
      missed.plain = merged !== undefined;
      return merged ?? { tree: sides.ours, conflicts: [] };
    },
  };
}

/** The user's own files too: one of them may be a file of the template under another name. */
function gitSources(files: CommitFiles, runtime: Runtime): Sources {
  return {
    ours: (made, known) => files.read([...known.keys(), ...ownPaths(made, known, files)]),
    merge: (sides, labels) => mergeTrees(sides, labels, runtime),
  };
}

function ownPaths({ prefix, delivered }: Made, known: Tree, { entries }: CommitFiles): readonly string[] {
  const folder = prefix === '' ? '' : `${prefix}/`;
  const inner = [...entries.keys()].flatMap((path) =>
    path.startsWith(folder) && path.endsWith('/.svc/lock.yaml') && path !== `${folder}.svc/lock.yaml`
      ? [path.slice(0, -'.svc/lock.yaml'.length)]
      : [],
  );
  const packages = new Set(delivered.map(({ path }) => path));
  return [...entries].flatMap(([path, { size }]) => {
    const isOwn = path.startsWith(folder) && !path.startsWith(`${folder}.svc/`) && !inner.some((each) => path.startsWith(each));
    return isOwn && size <= LARGEST_OWN && !known.has(path) && !packages.has(path) ? [path] : [];
  });
}

/** A file or a link where the template needs a folder: a checkout would refuse that, a commit would replace it without a word. */
function coveredPath(changes: readonly FileWrite[], { entries }: CommitFiles): string | undefined {
  const gone = new Set(changes.flatMap(({ kind, path }) => (kind === 'remove' ? [path] : [])));
  for (const { kind, path } of changes) {
    if (kind !== 'create') continue;
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const above = path.slice(0, at);
      if (entries.has(above) && !gone.has(above)) return above;
    }
  }
  return undefined;
}

function add(write: FileWrite, writes: Map<string, Written | undefined>, { entries }: CommitFiles): void {
  if (write.kind === 'remove') writes.set(write.path, undefined);
  if (write.kind !== 'create' && write.kind !== 'replace') return;
  const before = writes.get(write.path)?.executable ?? entries.get(write.path)?.kind === 'executable';
  writes.set(write.path, { content: Buffer.from(write.content), executable: write.executable ?? before });
}

/** The files as they are once these are written: what the next service of the change starts from. */
export function withWrites(files: CommitFiles, writes: ReadonlyMap<string, Written | undefined>): CommitFiles {
  if (writes.size === 0) return files;
  const written = [...writes].flatMap(([path, file]) => (file ? [[path, file] as const] : []));
  const now = new Map(
    written.map(([path, { content, executable }]) => [path, { kind: executable ? ('executable' as const) : ('file' as const), content }]),
  );
  const left = [...files.entries].filter(([path]) => !writes.has(path));
  return {
    ...files,
    entries: new Map([...left, ...[...now].map(([path, { kind, content }]) => [path, { kind, id: '', size: content.length }] as const)]),
    async read(paths) {
      const unchanged = await files.read(paths.filter((path) => !writes.has(path)));
      return new Map([...unchanged, ...paths.flatMap((path) => (now.has(path) ? [[path, now.get(path)] as const] : []))] as never);
    },
  };
}
