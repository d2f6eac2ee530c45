import { join } from 'node:path';
import { SvcError } from '../errors.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Rehearsal, Rehearsed } from '../template/author/test.ts';
import { BASE_PATH, decodeBase } from '../template/base.ts';
import { createService } from '../template/create/create.ts';
import type { Answers } from '../template/input.ts';
import { LOCK_PATH, parseLock } from '../template/lock.ts';
import { lockText } from '../template/lock-text.ts';
import type { Template } from '../template/template.ts';
import { upgradeService } from './upgrade.ts';

/**
 * Makes services with an earlier version of a template in a temporary folder, upgrades them untouched, and compares each with what
 * the template writes for the same answers now. A file that is the user's alone (`once`) may stay as it was.
 */
export async function rehearseUpgrade({ from, to, trials }: Rehearsal, runtime: Runtime): Promise<Rehearsed> {
  const titles = new Map<string, readonly string[]>();
  let services = 0;
  for (const { title, answers, added } of trials) {
    const found = await inTemporaryFolder(runtime, (alone) => rehearseOne({ from, to, answers, added }, alone));
    if (!found) continue;
    services += 1;
    for (const problem of found) titles.set(problem, [...(titles.get(problem) ?? []), title]);
  }
  const problems = [...titles].map(
    ([problem, where]) => `${problem} (${where[0]}${where.length > 1 ? ` and ${where.length - 1} more` : ''})`,
  );
  return { services, problems: services === 0 ? [`no case can be answered in ${from.manifest.version}`] : problems };
}

async function inTemporaryFolder<Result>(runtime: Runtime, work: (alone: Runtime) => Promise<Result>): Promise<Result> {
  const folder = await runtime.fs.temporaryFolder('svckit-rehearsal-');
  try {
    const paths = { ...runtime.paths, state: join(folder, 'state') };
    const terminal = { ...runtime.terminal, interactive: false };
    return await work({ ...runtime, cwd: folder, paths, terminal, emit: () => {} });
  } finally {
    await runtime.fs.removeTree(folder);
  }
}

interface Trial {
  readonly from: Template;
  readonly to: Template;
  readonly answers: Answers;
  readonly added: Answers;
}

/** Undefined where the earlier version does not take these answers. */
async function rehearseOne({ from, to, answers, added }: Trial, runtime: Runtime): Promise<readonly string[] | undefined> {
  const old = await made('old', { template: from, answers }, runtime).catch(unlessRefused);
  if (old === undefined) return undefined;
  const before = await readService(old, runtime);
  await runtime.fs.removeFile(join(old, LOCK_PATH));
  await runtime.fs.createFile(join(old, LOCK_PATH), lockText({ ...from, source: to.source }, before.answers));
  try {
    const set = Object.entries(added).map(([name, value]) => [name, [value].flat().join(',')] as const);
    const { state } = await upgradeService({ path: old, set, dryRun: false, yes: true, summary: () => '' }, runtime);
    if (state === 'conflict') return ['an untouched service comes into conflict'];
    const after = await readService(old, runtime);
    const fresh = await readService(await made('fresh', { template: to, answers: after.answers }, runtime), runtime);
    return differences(before, after, fresh);
  } catch (error) {
    if (error instanceof SvcError) return [error.message];
    throw error;
  }
}

function unlessRefused(error: unknown): undefined {
  if (error instanceof SvcError && error.code === 'template/answers-invalid') return undefined;
  throw error;
}

/** Resolves with the folder of the service. */
async function made(at: string, { template, answers }: { template: Template; answers: Answers }, runtime: Runtime): Promise<string> {
  const answersFile = join(runtime.cwd, `${at}.json`);
  await runtime.fs.createFile(answersFile, JSON.stringify(answers));
  const name = String(answers['name'] ?? 'orders');
  const source = template.source === 'bundled' ? template.manifest.name : template.source;
  const order = { template: source, name, set: [], answersFile, yes: true, dir: at, dryRun: false, install: false, git: false };
  return (await createService({ ...order, summary: () => '' }, runtime)).folder;
}

interface Service {
  readonly answers: Answers;
  readonly files: ReadonlyMap<string, { readonly content: string; readonly isOnce: boolean }>;
}

/** What the template wrote into a service, as it lies there now. */
async function readService(folder: string, { fs }: Runtime): Promise<Service> {
  const base = decodeBase((await fs.readBytes(join(folder, BASE_PATH))) ?? new Uint8Array());
  const lock = parseLock((await fs.readText(join(folder, LOCK_PATH))) ?? '', LOCK_PATH);
  const files = await Promise.all(
    base.files.map(async ({ path, ownership }) => {
      const content = await fs.readBytes(join(folder, path));
      return content ? [[path, { content: Buffer.from(content).toString('latin1'), isOnce: ownership === 'once' }] as const] : [];
    }),
  );
  return { answers: lock.answers as Answers, files: new Map(files.flat()) };
}

function differences(before: Service, after: Service, fresh: Service): readonly string[] {
  const paths = [...new Set([...after.files.keys(), ...fresh.files.keys()])].sort();
  return paths.flatMap((path) => {
    const [now, wanted] = [after.files.get(path), fresh.files.get(path)];
    if (wanted?.isOnce && before.files.has(path)) return [];
    if (!now) return [`${path} is missing after the upgrade`];
    return now.content === wanted?.content ? [] : [`${path} is not what the template writes now`];
  });
}
