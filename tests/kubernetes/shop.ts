import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { type RunningPostgres, startPostgres } from '../../chassis/src/embedded-postgres/embedded-postgres.ts';
import { provideBase } from '../toolchain/images.ts';
import { expectPass, type Outcome, run } from '../toolchain/run.ts';
import { builderEnv } from './builder.ts';
import type { Cluster } from './cluster/cluster.ts';
import { NETWORK, REGISTRY } from './cluster/parts.ts';

const bin = process.env['SVCKIT_BIN'] ?? join(import.meta.dirname, '../../bin/svc.js');

/** A workspace as a user makes it, and its way to the cluster. */
export interface Shop {
  readonly folder: string;
  svc(...args: readonly string[]): Promise<Outcome>;
  read(path: string): string;
  write(path: string, text: string): void;
}

/** `svc new`: products with a database, and orders, which calls it; ready to be built. */
export async function newShop(parent: string, cluster: Pick<Cluster, 'kubeconfig'>): Promise<Shop> {
  const folder = join(parent, 'shop');
  const state = { XDG_STATE_HOME: join(parent, 'state'), XDG_CACHE_HOME: join(parent, 'cache'), NO_COLOR: '1' };
  const env = { ...state, ...builderEnv(join(parent, 'builder')), KUBECONFIG: cluster.kubeconfig };
  const svcIn = (cwd: string, ...args: readonly string[]) => run([process.execPath, bin, ...args], { cwd, env });
  const make = async (cwd: string, template: string, name: string, ...answers: readonly string[]) => {
    const set = ['owner=payments', ...answers].flatMap((answer) => ['--set', answer]);
    expectPass(await svcIn(cwd, 'new', template, name, ...set, '--yes', '--no-install', '--no-git'));
  };
  await make(parent, 'workspace', 'shop');
  await make(folder, 'http-service', 'products', 'database=postgres', 'ci=none');
  await make(folder, 'http-service', 'orders', 'calls=products', 'ci=none');
  makeSlow(join(folder, 'services/orders/src/items/handlers.ts'));
  expectPass(await run(['npm', 'install', '--package-lock-only', '--no-audit', '--no-fund'], { cwd: folder }));
  await provideBase(readFileSync(join(folder, 'services/orders/Dockerfile'), 'utf8'));
  return {
    folder,
    svc: (...args) => svcIn(folder, ...args),
    read: (path) => readFileSync(join(folder, path), 'utf8'),
    write(path, text) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    },
  };
}

/** A list of so many items takes its time. */
export const SLOW = { limit: 99, ms: 5_000 };

function makeSlow(handlers: string): void {
  const source = readFileSync(handlers, 'utf8');
  const begins = /async listItems\(.*\{\n/;
  if (!begins.test(source)) throw new Error(`${handlers} lists no items`);
  const slow = `if (limit === ${SLOW.limit}) await new Promise((done) => setTimeout(done, ${SLOW.ms}));\n`;
  writeFileSync(
    handlers,
    source.replace(begins, (line) => `${line}      ${slow}`),
  );
}

/** An environment with one pod of each service, whose databases are on a server that is there. */
export function stagingOf({ port }: Pick<Database, 'port'>, replicas = 1): string {
  return `environments:
  staging:
    target: kubernetes
    namespace: shop
    registry: ${REGISTRY}/shop
    replicas: { min: ${replicas}, max: ${replicas} }
    resources:
      postgres:
        server: { host: ${NETWORK.machine}, port: ${port} }
        secret: { name: '\${id}', keys: { url: url } }
        network: { cidr: ${NETWORK.machine}/32, port: ${port} }
`;
}

export interface Database {
  /** As pods reach it. */
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** A real PostgreSQL outside of the cluster: it listens on the loopback address alone, so pods are let to it by a relay on the machine's end. */
export async function startDatabase(folder: string): Promise<Database> {
  const server: RunningPostgres = await startPostgres({ dataDir: join(folder, 'postgres') });
  const relay = createServer((client) => {
    const upstream = connect(server.port, '127.0.0.1');
    for (const [one, other] of [[client, upstream] as const, [upstream, client] as const]) {
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  await once(relay.listen(0, NETWORK.machine), 'listening');
  const { port } = relay.address() as AddressInfo;
  const url = new URL(server.url);
  url.host = `${NETWORK.machine}:${port}`;
  return {
    url: url.href,
    port,
    async stop() {
      await server.stop();
      relay.close();
    },
  };
}

/** Asks a service by its name from within the cluster: any pod with Node will do. Resolves with status and body, parted by a blank. */
export async function askFrom(pod: string, cluster: Cluster, request: { readonly url: string; readonly body?: object }): Promise<string> {
  const options = request.body
    ? { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(request.body) }
    : {};
  const script = `fetch(${JSON.stringify(request.url)}, ${JSON.stringify(options)}).then(async (r) => console.log(r.status, await r.text()))`;
  const { output } = await cluster.kubectl(['-n', 'shop', 'exec', pod, '--', 'node', '-e', script]);
  return output.trim();
}
