/** `svc up` of two generated services and PostgreSQL, an edit under it, `svc down`, and what the background process weighs. */
import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { median, RUNS, report } from './harness.mjs';

const svc = join(dirname(dirname(fileURLToPath(import.meta.url))), 'bin', 'svc.js');
const work = mkdtempSync(join(tmpdir(), 'svckit-bench-local-'));
const workspace = join(work, 'shop');
const state = join(work, 'state');
const env = { ...process.env, XDG_STATE_HOME: state };
const edited = join(workspace, 'services', 'orders', 'src', 'main.ts');

try {
  prepare();
  const samples = { first: [], second: [], edit: [], down: [], memory: [] };
  for (let run = 0; run < RUNS; run += 1) await once(samples);
  report({ what: 'svc up, two services and PostgreSQL, first time', value: median(samples.first), goal: { atMost: 3_000 } });
  report({ what: 'svc up, second time', value: median(samples.second), goal: { atMost: 1_500 } });
  report({ what: 'edit until the new code serves', value: median(samples.edit), goal: { atMost: 1_000 } });
  report({ what: 'svc down', value: median(samples.down), goal: { atMost: 1_000 } });
  if (samples.memory.length > 0)
    report({ what: 'memory of the background process', value: median(samples.memory), unit: 'MB', goal: { atMost: 110 } });
} finally {
  if (existsSync(workspace)) execFileSync(process.execPath, [svc, 'down', '--data', '--yes'], { cwd: workspace, env, stdio: 'ignore' });
  rmSync(work, { recursive: true, force: true });
}

function prepare() {
  const run = (cwd, ...args) =>
    execFileSync(process.execPath, [svc, ...args, '--yes'], { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] });
  run(work, 'new', 'workspace', 'shop');
  run(workspace, 'new', 'http-service', 'products', '--set', 'database=postgres');
  run(workspace, 'new', 'http-service', 'orders', '--set', 'database=postgres', '--set', 'calls=products');
}

async function once(samples) {
  rmSync(state, { recursive: true, force: true });
  const first = await up();
  samples.first.push(first.ms);
  samples.edit.push(await timeOfEdit(first));
  await sleep(1_000);
  const memory = memoryOf(backgroundProcess());
  if (memory !== undefined) samples.memory.push(memory);
  await end(first);
  samples.down.push(down());
  const second = await up();
  samples.second.push(second.ms);
  await end(second);
  down();
}

/** Resolves when all services serve: from the start of the process to that word on its standard output. */
async function up() {
  const start = performance.now();
  const child = spawn(process.execPath, [svc, 'up', '--json'], { cwd: workspace, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const events = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { results } = await until(events, ({ type }) => type === 'settled');
  const failed = results.find(({ ok }) => !ok);
  if (failed) throw new Error(`${failed.service}: ${failed.reason}\n${failed.lastLines.join('\n')}`);
  return { child, events, ms: performance.now() - start };
}

async function timeOfEdit({ events }) {
  const start = performance.now();
  appendFileSync(edited, '// edited\n');
  const { result } = await until(events, ({ type }) => type === 'result');
  if (!result.ok) throw new Error(result.reason);
  return performance.now() - start;
}

async function until(events, wanted) {
  for (;;) {
    const { value, done } = await events.next();
    if (done) throw new Error('svc up ended');
    const event = JSON.parse(value);
    if (wanted(event)) return event;
  }
}

async function end({ child }) {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGINT');
  await ended;
}

function down() {
  const start = performance.now();
  execFileSync(process.execPath, [svc, 'down'], { cwd: workspace, env, stdio: 'ignore' });
  return performance.now() - start;
}

function backgroundProcess() {
  const [folder] = readdirSync(join(state, 'svckit'));
  return JSON.parse(readFileSync(join(state, 'svckit', folder, 'address.json'), 'utf8')).pid;
}

/** Resident megabytes; only Linux tells without help. */
function memoryOf(pid) {
  if (process.platform !== 'linux') return undefined;
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}
