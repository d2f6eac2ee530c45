import { basename, join, relative, sep } from 'node:path';
import { SvcError } from '../errors.ts';
import type { FileSystem, Runtime } from '../runtime/runtime.ts';
import { chassisPackage } from '../template/create/chassis.ts';
import { LOCK_PATH } from '../template/lock.ts';
import type { Shelf } from '../template/sources/shelf.ts';
import { type Template, usesChassis } from '../template/template.ts';
import { driftOf, type FileDrift } from './drift.ts';
import { type Named, offeredTemplate } from './offer.ts';
import { packageDrift } from './packages.ts';
import { type Pristine, type PristineFile, placed, pristineOf } from './pristine.ts';
import { type MadeRecord, readRecord } from './service.ts';
import type { Tree, TreeFile } from './tree.ts';

/** A service against its template: how old it is, and what of it is not as the template wrote it. */
export interface Standing {
  readonly name: string;
  readonly template: { readonly name: string; readonly version: string };
  /** The version that its source has now, or why that is not known. */
  readonly offered: string | SvcError;
  readonly behind: boolean;
  readonly drift: readonly FileDrift[];
}

/**
 * Both axes of one service, with no program run: files are looked for where the template wrote them, and read only where their size
 * does not tell already.
 * @param root of its repository: what paths of its template start from
 * @throws SvcError template/invalid, plan/unsafe-path, file/unreadable
 */
export async function standingOf(
  { folder, root }: { readonly folder: string; readonly root: string },
  shelf: Shelf,
  runtime: Runtime,
): Promise<Standing> {
  const { fs } = runtime;
  await refuseLinks(folder, fs);
  const record = await readRecord(folder, fs);
  const { lock, base } = record;
  const prefix = relative(root, folder).split(sep).join('/');
  const pristine = pristineOf(base.files, prefix);
  const name = String(lock.answers['name'] ?? basename(folder));
  const delivered = base.delivered.map(({ path, digest }) => ({ path: placed(path, 'service', prefix), digest }));
  const packages = await packageDrift({ root, prefix, delivered }, fs);
  const offered = await offerOf({ name, folder, lock }, shelf, runtime);
  const behind = !(offered instanceof SvcError) && (await isBehind(record, offered, { shelf, runtime }));
  return {
    name,
    template: { name: lock.template.name, version: lock.template.version },
    offered: offered instanceof SvcError ? offered : offered.manifest.version,
    behind,
    drift: [
      ...driftOf(pristine, await readForDrift(root, pristine, runtime), name),
      ...packages.map((each) => ({ ...each, ownership: 'owned' as const })),
    ],
  };
}

/** What the template has now, or why that cannot be known: the other axis is told all the same. */
async function offerOf(made: Named, shelf: Shelf, runtime: Runtime): Promise<Template | SvcError> {
  try {
    return await offeredTemplate(made, { shelf }, runtime);
  } catch (error) {
    if (error instanceof SvcError) return error;
    throw error;
  }
}

/** As `svc upgrade --check` sees it: a package that comes along counts too. */
async function isBehind(
  { lock, base }: MadeRecord,
  template: Template,
  { shelf, runtime }: { shelf: Shelf; runtime: Runtime },
): Promise<boolean> {
  if (lock.template.digest !== template.digest) return true;
  const delivered = usesChassis(template) ? [(await shelf.once('chassis', () => chassisPackage(runtime))).path] : [];
  return base.delivered.map(({ path }) => path).join('\n') !== delivered.join('\n');
}

/** What is looked at is in the service's folder, and nowhere else. */
async function refuseLinks(folder: string, fs: FileSystem): Promise<void> {
  for (const path of ['.svc', LOCK_PATH, '.svc/base.gz']) {
    const info = await fs.glance(join(folder, path), 0);
    if (info?.kind !== 'link') continue;
    throw new SvcError('template/invalid', `${path} is a link`, { hint: `Put the file in its place: ${join(folder, path)}` });
  }
}

/** A text that is in no file of a template: stands for content that need not be read to know that it differs. */
const CHANGED = Buffer.from('\0svckit: not as it was\0');
/** A file that several services share is larger than the region of one. */
const LARGEST_SHARED = 4 * 1_048_576;

async function readForDrift(root: string, pristine: Pristine, runtime: Runtime): Promise<Tree> {
  const files = await Promise.all(
    [...pristine].map(async ([path, file]) => [path, await readOne(join(root, path), file, runtime)] as const),
  );
  return new Map(files.flatMap(([path, file]) => (file ? [[path, file] as const] : [])));
}

async function readOne(path: string, written: PristineFile, { fs, platform }: Runtime): Promise<TreeFile | undefined> {
  const info = await fs.glance(path, longestWorthReading(written));
  if (info?.kind === 'link') return { kind: 'link', content: CHANGED };
  if (info?.kind !== 'file') return undefined;
  // Windows knows no executable bit.
  const isExecutable = platform.startsWith('windows') ? written.kind === 'executable' : info.executable;
  return { kind: isExecutable ? 'executable' : 'file', content: info.content ?? CHANGED };
}

/** The same text with other line ends is at most twice as long. */
function longestWorthReading({ ownership, content }: PristineFile): number {
  return ownership === 'region' ? LARGEST_SHARED : content.length * 2;
}
