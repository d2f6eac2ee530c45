/** What the chassis costs: CPU of a request against a bare Fastify route, and memory and start of a whole service. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, cpSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { median, RUNS, report } from './harness.mjs';

const REQUESTS = 8_000;
const CONNECTIONS = 8;
/** As the template starts a service: a smaller young generation, which start-up would otherwise fill with garbage and keep. */
const FLAGS = ['--max-semi-space-size=2'];
/** Each with what the one before it has. */
const ADDS = {
  bare: 'bare Fastify route',
  plain: 'chassis: contract, deadline, request id, context',
  tracing: '+ tracing, exported',
  metrics: '+ metrics',
  everything: '+ logs',
};
const VARIANTS = Object.keys(ADDS);

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = join(root, 'node_modules', '.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'bench-chassis-')); // inside the repository: the bundle finds its packages
const nowhere = openSync(process.platform === 'win32' ? join(tmpdir(), 'svckit-bench.log') : '/dev/null', 'w');
const receiver = createServer((request, response) => request.resume().on('end', () => response.end('{}'))).listen(0, '127.0.0.1');
await once(receiver, 'listening');
try {
  await bundle(join(root, 'bench', 'chassis-server.ts'), 'server.mjs');
  await requests();
  await idle();
} finally {
  receiver.close().closeAllConnections();
  closeSync(nowhere);
  rmSync(folder, { recursive: true, force: true });
}

function bundle(entry, name) {
  const options = { bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'warning' };
  return build({ ...options, entryPoints: [entry], outfile: join(folder, name) });
}

async function requests() {
  const servers = new Map();
  for (const variant of VARIANTS) servers.set(variant, await serve(variant));
  const samples = new Map(VARIANTS.map((variant) => [variant, []]));
  for (let run = -2; run < RUNS; run += 1) {
    for (const variant of VARIANTS) {
      const micros = await cpuOf(servers.get(variant));
      if (run >= 0) samples.get(variant).push(micros);
    }
  }
  for (const { child } of servers.values()) child.disconnect();
  const medians = new Map(VARIANTS.map((variant) => [variant, median(samples.get(variant))]));
  const bare = medians.get('bare');
  for (const [variant, what] of Object.entries(ADDS)) {
    const micros = medians.get(variant);
    console.log(`       ${what.padEnd(46)}${micros.toFixed(1).padStart(6)} µs  ${(micros / bare).toFixed(2)}x`);
  }
  const what = 'chassis with tracing, CPU of a request';
  report({ what, value: medians.get('tracing'), unit: 'µs', peer: bare, peerName: 'a bare Fastify route', goal: { ratio: 1.25 } });
}

async function serve(variant) {
  const address = `http://127.0.0.1:${receiver.address().port}`;
  const child = fork(join(folder, 'server.mjs'), [variant, address], { stdio: ['ignore', nowhere, 'inherit', 'ipc'] });
  const [{ url }] = await once(child, 'message');
  return { child, port: Number(new URL(url).port) };
}

/** Microseconds of CPU that a server spends on one request, its export included. */
async function cpuOf({ child, port }) {
  const before = await used(child);
  await Promise.all(Array.from({ length: CONNECTIONS }, () => ask(port, REQUESTS / CONNECTIONS)));
  await sleep(1_200); // the last batch of spans leaves
  return ((await used(child)) - before) / REQUESTS;
}

async function used(child) {
  child.send('cpu');
  const [{ cpu }] = await once(child, 'message');
  return cpu.user + cpu.system;
}

/** Asks one after the other over one connection; every answer must be 200. */
function ask(port, times) {
  return new Promise((resolve, reject) => {
    const request = 'GET /orders/7f0c2a52 HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n';
    let left = times;
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.setEncoding('latin1');
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      text += chunk;
      const length = /content-length: (\d+)/i.exec(text)?.[1];
      const body = text.indexOf('\r\n\r\n') + 4;
      if (length === undefined || body < 4 || text.length < body + Number(length)) return;
      if (!text.startsWith('HTTP/1.1 200 ')) return reject(new Error(text));
      text = '';
      left -= 1;
      if (left > 0) return socket.write(request);
      socket.destroy();
      resolve();
    });
  });
}

async function idle() {
  const fixture = join(root, 'tests', 'conformance', 'fixture');
  cpSync(join(fixture, 'openapi.yaml'), join(folder, 'openapi.yaml'));
  await bundle(join(root, 'bench', 'chassis-service.ts'), 'dist/main.js');
  const starts = [];
  const megabytes = [];
  for (let run = 0; run < RUNS; run += 1) {
    const { ms, mb } = await startOnce();
    starts.push(ms);
    megabytes.push(mb);
  }
  report({ what: 'chassis, start of a service until it is ready', value: median(starts), goal: { atMost: 500 } });
  report({ what: 'chassis, memory of an idle service', value: median(megabytes), unit: 'MB', goal: { atMost: 75 } });
}

async function startOnce() {
  const begun = performance.now();
  const env = { ...process.env, PORT: '0', HOST: '127.0.0.1', PEER_URL: 'http://127.0.0.1:9' };
  const child = fork(join(folder, 'dist', 'main.js'), { env, stdio: ['ignore', nowhere, 'inherit', 'ipc'], execArgv: FLAGS });
  const [ready] = await once(child, 'message');
  const ms = performance.now() - begun;
  if (ready !== 'ready') throw new Error('the service did not start');
  await sleep(2_000);
  child.send('memory');
  const [{ rss }] = await once(child, 'message');
  child.disconnect();
  await once(child, 'exit');
  return { ms, mb: rss / 1e6 };
}
