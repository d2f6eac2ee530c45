/** Rendering a trace, from OTLP JSON to text, as whole processes; and the critical path beside the recursive way of trace viewers. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { median, RUNS, report, timeOf } from './harness.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'svckit-bench-trace-'));
try {
  await build({
    entryPoints: [join(here, 'trace-render.ts'), join(here, 'trace-paths.ts')],
    outdir: work,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
  });
  render(10_000, 'folded', 300);
  render(10_000, 'all', 600);
  render(100_000, 'folded', 2_000);
  criticalPaths();
} finally {
  rmSync(work, { recursive: true, force: true });
}

function render(spans, mode, atMost) {
  const file = join(work, `${spans}.json`);
  writeFileSync(file, JSON.stringify(traceOf(spans)));
  const run = { command: process.execPath, args: [join(work, 'trace-render.mjs'), file, join(work, 'out.txt'), mode] };
  timeOf(run);
  const value = median(Array.from({ length: RUNS }, () => timeOf(run)));
  report({ what: `render a trace of ${spans} spans, ${mode}`, value, goal: { atMost } });
}

/** The recursive way ends with an overflow of the stack where there are many children; then there is only our own time. */
function criticalPaths() {
  const lines = execFileSync(process.execPath, [join(work, 'trace-paths.mjs')], { encoding: 'utf8' })
    .trim()
    .split('\n');
  for (const [children, own, recursive] of lines.map((line) => line.split(' '))) {
    const what = `critical path through ${children} children`;
    if (recursive === 'overflow')
      report({ what: `${what} (the recursive way overflows the stack)`, value: Number(own), goal: { atMost: 1_000 } });
    else report({ what, value: Number(own), peer: Number(recursive), peerName: 'recursive', goal: { ratio: 0.5 } });
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
