/** What the gateway costs: CPU of a proxied request with token and rate limits, against @fastify/http-proxy that does neither. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { median, RUNS, report } from './harness.mjs';

const REQUESTS = 6_000;
const CONNECTIONS = 8;
/** Each with what the one before it has. */
const ADDS = {
  'http-proxy': '@fastify/http-proxy alone',
  plain: 'gateway: routes, header hygiene, deadline, circuit, metrics',
  guarded: '+ token and two rate limits',
  everything: '+ tracing, exported, and logs',
};
const ORDER = JSON.stringify({ id: '7f0c2a52-5c2e-4a52-9d83-0c8a9f3f0b11', productId: 'p1', quantity: 2, status: 'open' });

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = join(root, 'node_modules', '.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'bench-gateway-')); // inside the repository: the bundle finds its packages
const nowhere = openSync(process.platform === 'win32' ? join(tmpdir(), 'svckit-bench.log') : '/dev/null', 'w');
const { publicKey, privateKey } = await generateKeyPair('ES256');
const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'bench', alg: 'ES256' }] });
const token = await new SignJWT({ sub: 'ada' })
  .setProtectedHeader({ alg: 'ES256', kid: 'bench' })
  .setIssuer('https://login.example.com')
  .setAudience('bench')
  .setExpirationTime('1 hour')
  .sign(privateKey);
const upstream = await serving((_request, response) =>
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': ORDER.length }).end(ORDER),
);
const receiver = await serving((request, response) =>
  request.resume().on('end', () => response.end(request.url === '/jwks' ? jwks : '{}')),
);
try {
  const options = { bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'warning' };
  await build({ ...options, entryPoints: [join(root, 'bench', 'gateway-server.ts')], outfile: join(folder, 'server.mjs') });
  await compare();
} finally {
  for (const { server } of [upstream, receiver]) server.close().closeAllConnections();
  closeSync(nowhere);
  rmSync(folder, { recursive: true, force: true });
}

async function serving(handler) {
  const server = createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${server.address().port}` };
}

async function compare() {
  const names = Object.keys(ADDS);
  const proxies = new Map();
  for (const name of names) proxies.set(name, await start(name));
  const samples = new Map(names.map((name) => [name, []]));
  for (let run = -2; run < RUNS; run += 1) {
    for (const name of names) {
      const micros = await cpuOf(proxies.get(name));
      if (run >= 0) samples.get(name).push(micros);
    }
  }
  const medians = new Map(names.map((name) => [name, median(samples.get(name))]));
  const peer = medians.get('http-proxy');
  for (const [name, what] of Object.entries(ADDS)) {
    const { rss } = await used(proxies.get(name).child);
    const micros = medians.get(name);
    console.log(
      `       ${what.padEnd(62)}${micros.toFixed(1).padStart(6)} µs  ${(micros / peer).toFixed(2)}x  ${Math.round(rss / 1e6)} MB`,
    );
  }
  for (const { child } of proxies.values()) child.disconnect();
  const what = 'gateway with token and rate limits, CPU of a proxied request';
  report({ what, value: medians.get('guarded'), unit: 'µs', peer, peerName: '@fastify/http-proxy', goal: { ratio: 1.5 } });
}

async function start(name) {
  const child = fork(join(folder, 'server.mjs'), [name, upstream.url, receiver.url, folder], {
    stdio: ['ignore', nowhere, 'inherit', 'ipc'],
  });
  const [{ url }] = await once(child, 'message');
  return { child, port: Number(new URL(url).port) };
}

/** Microseconds of CPU that a proxy spends on one request, its export included. */
async function cpuOf({ child, port }) {
  const before = await used(child);
  await Promise.all(Array.from({ length: CONNECTIONS }, () => ask(port, REQUESTS / CONNECTIONS)));
  await sleep(1_200); // the last batch of spans leaves
  return ((await used(child)).cpu - before.cpu) / REQUESTS;
}

async function used(child) {
  child.send('cpu');
  const [{ cpu, rss }] = await once(child, 'message');
  return { cpu: cpu.user + cpu.system, rss };
}

/** Asks one after the other over one connection; every answer must be 200. */
function ask(port, times) {
  return new Promise((resolve, reject) => {
    const request = `GET /api/orders/7f0c2a52 HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nAccept: */*\r\nAuthorization: Bearer ${token}\r\n\r\n`;
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
