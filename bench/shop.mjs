/** `svc up` of the shop's core (examples/shop, its packages installed): nothing there yet, the second time, and `svc down`. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { median, RUNS, report } from './harness.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const svc = join(root, 'bin', 'svc.js');
const shop = join(root, 'examples', 'shop');
const work = mkdtempSync(join(tmpdir(), 'svckit-bench-shop-'));
const state = join(work, 'state');
const env = { ...process.env, XDG_STATE_HOME: state, XDG_CACHE_HOME: join(work, 'cache') };
const core = process.argv.slice(2);

try {
  install();
  const samples = { cold: [], warm: [], end: [], down: [] };
  for (let run = 0; run < RUNS; run += 1) await once(samples);
  report({ what: 'svc up of the shop, nothing there yet', value: median(samples.cold), goal: { atMost: 6_000 } });
  report({ what: 'svc up of the shop, second time', value: median(samples.warm), goal: { atMost: 3_000 } });
  report({ what: 'Ctrl-C until all services have ended', value: median(samples.end), goal: { atMost: 2_000 } });
  report({ what: 'svc down of the running shop', value: median(samples.down), goal: { atMost: 2_000 } });
} finally {
  svcDown();
  rmSync(work, { recursive: true, force: true });
}

function install() {
  if (existsSync(join(shop, 'node_modules'))) return;
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: shop, stdio: ['ignore', 'ignore', 'inherit'] });
}

async function once(samples) {
  clean();
  const cold = await up();
  samples.cold.push(cold.ms);
  samples.end.push(await ended(cold.child, () => cold.child.kill('SIGINT')));
  svcDown();
  const warm = await up();
  samples.warm.push(warm.ms);
  samples.down.push(await ended(warm.child, svcDown));
}

/** As on a machine where nobody has run the shop: no database, no logs, nothing built. */
function clean() {
  svcDown();
  rmSync(state, { recursive: true, force: true });
  execFileSync('git', ['clean', '-fdXq', '--', 'services/*/dist'], { cwd: shop });
}

/** Resolves when all services serve: from the start of the process to that word on its standard output. */
async function up() {
  const start = performance.now();
  const child = spawn(process.execPath, [svc, 'up', ...core, '--json'], { cwd: shop, env, stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line);
    if (process.env.BENCH_TRACE) trace(event, performance.now() - start);
    if (event.type !== 'settled') continue;
    const failed = event.results.find(({ ok }) => !ok);
    if (failed) throw new Error(`${failed.service}: ${failed.reason}\n${failed.lastLines.join('\n')}`);
    child.stdout.resume();
    return { child, ms: performance.now() - start };
  }
  throw new Error('svc up ended');
}

async function ended(child, end) {
  const start = performance.now();
  const gone = new Promise((resolve) => child.once('exit', resolve));
  end();
  await gone;
  return performance.now() - start;
}

function svcDown() {
  execFileSync(process.execPath, [svc, 'down'], { cwd: shop, env, stdio: 'ignore' });
}

function trace(event, ms) {
  if (event.type === 'state')
    console.error(ms.toFixed(0), event.services.map(({ name, condition, message }) => `${name}:${condition}:${message}`).join(' '));
  if (event.type === 'result') console.error(ms.toFixed(0), event.result.service, event.result.ok, event.result.durationMs);
}
