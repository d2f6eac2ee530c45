import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectPass } from '../toolchain/run.ts';
import { type Cluster, startCluster, whyNoCluster } from './cluster/cluster.ts';
import { isWrite } from './fault-proxy.ts';
import { inLines } from './lines.ts';
import { type Ended, type Found, type Line, layLine, lookAt, runDeploy, smallService, titles, type Version } from './small-service.ts';

const reason = whyNoCluster();
const skipped = reason !== undefined && process.env['SVCKIT_REQUIRE_TOOLS'] !== '1';
const LINES = 8;
/** Shorter than that of svc, so that dozens of dead ones are waited for in a minute. */
const LEASE_SECONDS = 5;

/** A deploy that is killed: of what, over what; and who comes next, one and the other in turn. */
interface Scenario {
  readonly title: string;
  readonly key: string;
  readonly before?: Version;
  readonly version: Version;
  readonly next: readonly [Version, Version];
}

const SCENARIOS: readonly Scenario[] = [
  { title: 'the first deploy of a service', key: 'first', version: '1', next: ['1', '2'] },
  { title: 'a deploy over an older version', key: 'over', before: '1', version: '2', next: ['2', '1'] },
  { title: 'a deploy that fails and goes back', key: 'back', before: '1', version: 'bad', next: ['bad', '2'] },
];

describe.skipIf(skipped)(`a deploy that is killed after each of its writes${reason ? ` (skipped: ${reason})` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'svckit-kills-'));
  const program = join(folder, 'deploying.mjs');
  let cluster: Cluster;
  let lines: readonly Line[];

  const start = (line: Line, name: string, version: Version) =>
    spawn(process.execPath, [program, line.kubeconfig, 'kills', name, version, String(LEASE_SECONDS)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });

  beforeAll(async () => {
    await bundle(program);
    cluster = await startCluster();
    expectPass(await cluster.kubectl(['create', 'namespace', 'kills']));
    expectPass(await cluster.kubectl(['-n', 'kills', 'create', 'quota', 'none', '--hard=pods=0']));
    lines = await Promise.all(Array.from({ length: LINES }, () => layLine('kills', cluster.kubeconfig)));
  });
  afterAll(async () => {
    await Promise.all((lines ?? []).map((line) => line.close()));
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(SCENARIOS)('$title: the next one waits for its lease, then leaves exactly what it should', async (scenario) => {
    const { key, version, before } = scenario;
    const [first] = lines as [Line];
    if (before) await runDeploy(`${key}-clean`, before, first.connection);
    first.proxy.arm();
    await once(start(first, `${key}-clean`, version), 'exit');
    const writes = first.proxy.seen.filter(isWrite).length;
    expect(writes).toBeGreaterThanOrEqual(before ? 8 : 7);
    const all = Array.from({ length: writes }, (_, index) => index + 1);
    expect(await inLines(all, lines, (at, line) => killed(at, scenario, { line, start }))).toEqual([]);
  });
});

interface Deploying {
  readonly line: Line;
  start(line: Line, name: string, version: Version): ChildProcess;
}

/** Kills a deploy after one of its writes, and deploys again; resolves with everything that is wrong then. */
async function killed(at: number, { key, before, version, next }: Scenario, { line, start }: Deploying): Promise<readonly string[]> {
  const name = `${key}-${at}`;
  const { connection, proxy } = line;
  if (before) await runDeploy(name, before, connection);
  proxy.arm();
  const child = start(line, name, version);
  proxy.afterWrite(at, () => child.kill('SIGKILL'));
  const [, signal] = await once(child, 'exit');
  const write = proxy.seen.filter(isWrite)[at - 1];
  proxy.arm();
  const dead = await lookAt(name, connection);
  const after = next[at % 2] as Version;
  const took = await deployAfter(name, after, { line, holder: dead.holder, pid: child.pid ?? 0 });
  const problems = [
    ...(signal === 'SIGKILL' ? [] : ['it was not killed']),
    ...unnamed(dead),
    ...took.problems,
    ...wrongWith(took.ended, { name, after, before }, await lookAt(name, connection)),
  ];
  return problems.map((problem) => `killed after ${write?.method} ${write?.path} (${at}), then ${after}: ${problem}`);
}

function unnamed({ objects, recorded }: Found): readonly string[] {
  return objects.filter((object) => !recorded.includes(object)).map((object) => `nothing names ${object}`);
}

interface Dead {
  readonly line: Line;
  readonly holder: string | undefined;
  readonly pid: number;
}

/** Whoever comes next is told of the dead one for as long as its lease lasts, and goes on then. */
async function deployAfter(
  name: string,
  version: Version,
  { line, holder, pid }: Dead,
): Promise<{ readonly ended: Ended; readonly problems: readonly string[] }> {
  const began = Date.now();
  const told: string[] = [];
  for (;;) {
    const ended = await runDeploy(name, version, line.connection, { leaseSeconds: LEASE_SECONDS });
    const isBusy = 'refused' in ended && ended.refused.startsWith('plan/busy');
    const isTold = told.length > 0 || holder === undefined || isNothing(ended);
    if (!isBusy) return { ended, problems: isTold ? [] : ['nobody spoke of the dead one'] };
    told.push(ended.refused);
    if (!ended.refused.includes(`process ${pid}, `)) return { ended, problems: ['it named another'] };
    if (Date.now() - began > LEASE_SECONDS * 3_000) return { ended, problems: ['the lease did not run out'] };
    await wait(500);
  }
}

/** It was killed so late, or so early, that all is as it is wanted. */
function isNothing(ended: Ended): boolean {
  return 'refused' in ended && ended.refused === 'nothing to do';
}

interface After {
  readonly name: string;
  readonly after: Version;
  readonly before: Version | undefined;
}

/** The wanted version, or the one before where that one fails: exactly its objects, all of them written down, nobody waiting. */
function wrongWith(ended: Ended, { name, after, before }: After, { objects, version, recorded, phase, holder }: Found): readonly string[] {
  const isBack = after === 'bad';
  const stays = isBack ? (before ?? '1') : after;
  const wanted = titles(smallService(name, stays)).join();
  const isRight = version === stays && objects.join() === wanted && recorded.join() === wanted;
  const isOver = phase === (isBack ? 'restored' : 'deployed') && (holder === undefined || isNothing(ended));
  return isRight && isOver ? [] : [`the next one ended as ${JSON.stringify({ ended, objects, version, recorded, phase, holder })}`];
}

async function bundle(program: string): Promise<void> {
  await build({
    entryPoints: [join(import.meta.dirname, 'deploying.ts')],
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
    banner: { js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);" },
  });
}
