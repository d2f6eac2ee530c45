/** Rendering a trace, from OTLP JSON to text, as whole processes; and the critical path beside the recursive way. Medians of 7. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const RUNS = 7;
const GOAL_MS = 300;

const here = dirname(fileURLToPath(import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'svckit-bench-trace-'));
try {
  await build({
    entryPoints: [join(here, 'trace-render.ts'), join(here, 'trace-paths.ts')],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
  });
  render();
  paths();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function render() {
  const bare = medianMs(() => node('-e', '0'));
  console.log(`node -e 0                             ${bare.toFixed(0).padStart(6)} ms`);
  for (const [spans, mode, goal] of [
    [10_000, 'folded', GOAL_MS],
    [10_000, 'all', GOAL_MS],
    [100_000, 'folded', undefined],
    [100_000, 'all', undefined],
  ]) {
    const file = join(folder, `${spans}.json`);
    writeFileSync(file, JSON.stringify(traceOf(spans)));
    const ms = medianMs(() => node(join(folder, 'trace-render.mjs'), file, mode));
    const verdict = goal === undefined ? '' : ms <= goal ? `goal ${goal} ms: met` : `goal ${goal} ms: MISSED`;
    console.log(`render ${String(spans).padStart(7)} spans, ${mode.padEnd(6)}         ${ms.toFixed(0).padStart(6)} ms  ${verdict}`);
    if (ms > (goal ?? Number.POSITIVE_INFINITY)) process.exitCode = 1;
  }
}

function paths() {
  console.log('\ncritical path, sequential children        svckit    recursive');
  const { stdout } = node(join(folder, 'trace-paths.mjs'));
  for (const line of stdout.trim().split('\n')) {
    const [children, own, recursive] = line.split(' ');
    console.log(`${children.padStart(7)}                             ${`${own} ms`.padStart(12)} ${recursive.padStart(12)}`);
  }
}

/** Requests through five services, with queries that repeat, retries and errors: nothing that folds into a single row. */
function traceOf(count) {
  const services = ['gateway', 'orders', 'products', 'payments', 'mailer'];
  const start = 1_767_323_045_678_000_000n;
  const spans = [];
  for (let i = 0; i < count; i++) {
    const parent = i === 0 ? undefined : i < 50 ? Math.floor((i - 1) / 3) : Math.floor(i / 12);
    const from = start + BigInt(i) * 1_000n;
    spans.push({
      service: services[i % services.length],
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      spanId: (i + 1).toString(16).padStart(16, '0'),
      ...(parent !== undefined && { parentSpanId: (parent + 1).toString(16).padStart(16, '0') }),
      name: `GET /things/${i % 40}`,
      kind: (i % 5) + 1,
      startTimeUnixNano: String(from),
      endTimeUnixNano: String(from + BigInt(((i * 7_919) % 900) * 1_000 + (i === 0 ? count * 2_000 : 0))),
      attributes: [
        'http.request.method',
        'http.route',
        'url.path',
        'server.address',
        'network.protocol.version',
        'user_agent.original',
      ].map((key) => ({ key, value: { stringValue: `value ${i % 10}` } })),
      status: i % 97 === 0 ? { code: 2, message: 'not there' } : {},
    });
  }
  const resourceSpans = services.map((service) => ({
    resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
    scopeSpans: [{ spans: spans.filter((span) => span.service === service) }],
  }));
  return { resourceSpans };
}

function node(...args) {
  const result = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (result.status !== 0) throw new Error(`node ${args[0]} failed: ${result.stderr}`);
  return result;
}

function medianMs(work) {
  const times = Array.from({ length: RUNS }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[Math.floor(RUNS / 2)];
}
