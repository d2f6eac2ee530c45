import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import { SvcError } from '../../../errors.ts';
import type { ExecResult, Runtime } from '../../../runtime/runtime.ts';
import { asideIn, cacheFolder, hashOf, keepAnswer, keptAnswer } from '../cache.ts';
import { LIMITS, refused } from '../limits.ts';
import { noteFetch, noteUse } from '../prune.ts';
import { TERMINATED, unavailable } from '../unavailable.ts';
import { type PackageContent, readTarball } from './tarball.ts';

/** A package as it was packed, with its SHA-512 in npm's form. */
export interface Packed {
  readonly content: PackageContent;
  readonly integrity: string;
  /** False where the registry could not be asked, and this is what it gave before. */
  readonly fresh: boolean;
}

const TIMEOUT_MS = 5 * 60_000;
/** With an earlier answer at hand nobody waits long for a network that is not there. */
const IMPATIENT = ['--fetch-retries=0', '--fetch-timeout=15000'];

/** What a range was when it was last asked for. */
const answer = v.object({ package: v.string(), file: v.pipe(v.string(), v.regex(/^[\w.+-]+\.tgz$/)), integrity: v.string() });

/**
 * Has npm fetch a package: registries, proxies and credentials are the user's own, as npm knows them, and no script of the package is
 * run. Where that fails, what was fetched before for the same range is taken, and a note says so.
 * @param spec `name@range`
 * @throws SvcError template/unavailable, template/invalid, tool/missing
 */
export async function packPackage(name: string, range: string, runtime: Runtime): Promise<Packed> {
  const home = cacheFolder('npm', name, runtime);
  const asked = join(home, 'asked', `${hashOf(range)}.json`);
  const before = await readKept(home, await keptAnswer(asked, runtime), runtime);
  const spec = `${name}@${range}`;
  runtime.emit({ id: spec, state: 'start', text: `Asking npm for ${range === '*' ? `the newest ${name}` : spec}` });
  try {
    const result = await asideIn(home, runtime, (aside) =>
      fetchInto({ home, aside, name, spec, impatient: before !== undefined }, runtime),
    );
    if (!('content' in result)) return insteadOf({ spec, before, result }, runtime);
    await keepAnswer(asked, { package: name, file: fileOf(result), integrity: result.integrity }, runtime);
    runtime.emit({ id: spec, state: 'done', text: `Fetched ${name}@${result.content.version}` });
    return result;
  } catch (error) {
    runtime.emit({ id: spec, state: 'failed', text: `There is no answer for ${spec}` });
    throw error;
  }
}

/** What npm gave for this range the last time, without asking it. Undefined where it was never asked. */
export async function packedBefore(name: string, range: string, runtime: Runtime): Promise<Packed | undefined> {
  const home = cacheFolder('npm', name, runtime);
  return readKept(home, await keptAnswer(join(home, 'asked', `${hashOf(range)}.json`), runtime), runtime);
}

interface FetchOrder {
  readonly home: string;
  readonly aside: string;
  readonly name: string;
  readonly spec: string;
  readonly impatient: boolean;
}

/** The package, or how npm failed. */
async function fetchInto({ home, aside, name, spec, impatient }: FetchOrder, runtime: Runtime): Promise<Packed | ExecResult> {
  // npm answers from its own cache where a registry is silent, and does not say so: ours does.
  const own = [`--cache=${join(aside, 'cache')}`, `--pack-destination=${aside}`];
  const settings = ['--ignore-scripts', '--no-update-notifier', '--workspaces=false', '--loglevel=error', ...own];
  const args = ['pack', ...settings, ...(impatient ? IMPATIENT : []), '--', spec];
  const result = await runtime.exec({ command: 'npm', args, cwd: runtime.cwd, timeoutMs: TIMEOUT_MS });
  const file = await tarballIn(aside, runtime);
  if (result.exitCode !== 0 || !file) return result;
  const packed = { ...(await readPacked(file, name, runtime)), fresh: true };
  await runtime.fs.rename(file, join(home, fileOf(packed)));
  await noteFetch(join(home, fileOf(packed)), runtime);
  return packed;
}

/** Named by what is in it: another package of the same version is another file. */
function fileOf({ content, integrity }: Packed): string {
  return `${content.version}-${hashOf(integrity)}.tgz`;
}

async function tarballIn(folder: string, { fs }: Runtime): Promise<string | undefined> {
  const [found] = ((await fs.list(folder)) ?? []).filter(({ name, kind }) => kind === 'file' && name.endsWith('.tgz'));
  return found && join(folder, found.name);
}

async function readPacked(file: string, name: string, { fs }: Runtime): Promise<Omit<Packed, 'fresh'>> {
  if (((await fs.info(file))?.size ?? 0) > LIMITS.fetchedBytes) throw refused(name, 'its package has more than 100 MiB');
  const bytes = (await fs.readBytes(file)) ?? new Uint8Array();
  const content = await readTarball(bytes, `npm:${name}`);
  if (content.name !== name) throw refused(`npm:${name}`, `the package calls itself ${JSON.stringify(content.name)}`);
  return { content, integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}` };
}

/** A file of the cache that is not what it was any more counts as not there. */
async function readKept(home: string, kept: unknown, runtime: Runtime): Promise<Packed | undefined> {
  const known = v.safeParse(answer, kept);
  if (!known.success) return undefined;
  const file = join(home, known.output.file);
  if ((await runtime.fs.info(file))?.kind !== 'file') return undefined;
  const packed = await readPacked(file, known.output.package, runtime).catch(() => undefined);
  if (packed?.integrity !== known.output.integrity) return undefined;
  await noteUse(file, runtime);
  return { ...packed, fresh: false };
}

interface Unanswered {
  readonly spec: string;
  readonly before: Packed | undefined;
  readonly result: ExecResult;
}

function insteadOf({ spec, before, result }: Unanswered, { emit, signal }: Runtime): Packed {
  const { code, reason } = npmFailure(result);
  if (before && !signal.aborted) {
    const { name, version } = before.content;
    emit({ id: spec, state: 'done', text: `Taking what was read before, ${name}@${version}: the registry does not answer (${reason})` });
    return before;
  }
  if (code !== 'E404' && code !== 'ETARGET') throw unavailable(`npm:${spec}`, reason);
  throw new SvcError('template/not-found', `There is no npm:${spec} (${reason})`, {
    hint: 'Look at what there is: npm view <package> versions; a registry also says so of what you may not read: npm whoami',
  });
}

/** npm repeats itself, and closes with the path of its log: its code, and the line that says it. */
function npmFailure({ stderr, exitCode }: ExecResult): { readonly code: string | undefined; readonly reason: string } {
  if (exitCode === TERMINATED) return { code: undefined, reason: 'it took too long' };
  const lines = stderr.split('\n').map((line) => line.replace(/^npm (error|ERR!) ?/, ''));
  const code = lines.find((line) => line.startsWith('code '))?.slice('code '.length);
  const told = lines.find((line) => line !== '' && !/^(code|errno|syscall|npm warn|A complete log|type|network) /i.test(line));
  const reason = [code, told]
    .filter((part) => part !== undefined)
    .join(': ')
    .replace(/\p{C}/gu, ' ');
  return { code, reason: reason || `npm ended with exit code ${exitCode}` };
}
