import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Databases, dropDatabases, makeDatabases, urlVariable } from './databases.ts';
import { type ServiceProcess, startProcess } from './process.ts';
import { CALLS, CORE, HAS_EVENTS, type ServiceName } from './services.ts';

export type Flow = 'orchestration' | 'choreography';

export interface ShopOptions {
  /** The PostgreSQL server with the templates. */
  readonly server: string;
  readonly flow: Flow;
  /** Beside what every service gets. */
  readonly env?: Partial<Record<ServiceName, Readonly<Record<string, string>>>>;
  /** Programs that run instead of the services' own. */
  readonly programs?: Partial<Record<ServiceName, string>>;
  /** Where a service finds another one; by itself at its own address. */
  readonly linkTo?: (from: ServiceName, to: ServiceName, url: string) => Promise<string>;
}

/** A running shop: a real process for each service, over databases of its own. */
export interface Shop {
  readonly databases: Databases;
  readonly urls: Readonly<Record<ServiceName, string>>;
  readonly logFile: string;
  process(service: ServiceName): ServiceProcess;
  /** Has a service killed where it comes next to that point, `relay:after-send:2`; nowhere for undefined. */
  crashAt(service: ServiceName, point: string | undefined): void;
  /** Starts a service that ended. */
  restart(service: ServiceName): Promise<void>;
  /** The crash points that a service has passed. */
  reached(service: ServiceName): ReadonlySet<string>;
  stop(): Promise<void>;
}

/** What takes long in production is short here, so that a test sees it happen. */
const IMPATIENT = { EVENTS_LEASE_MS: '600', SAGA_CLAIM_MS: '1500', SETTLE_EVERY_MS: '200', EXPIRE_EVERY_MS: '500' };

/** Starts a shop. It is ready to sell when this resolves. */
export async function startShop(options: ShopOptions): Promise<Shop> {
  const folder = mkdtempSync(join(tmpdir(), 'shop-run-'));
  const databases = await makeDatabases(options.server);
  const ports = await freePorts();
  const urls = Object.fromEntries(CORE.map((name) => [name, `http://127.0.0.1:${ports[name]}`])) as Shop['urls'];
  const links = await linksOf(options, urls);
  const logFile = join(folder, 'log');
  const [crashFile, reportFile] = ['crash', 'reached'].map((kind) => (service: string) => join(folder, `${service}-${kind}`)) as [
    (service: string) => string,
    (service: string) => string,
  ];
  const start = (service: ServiceName) =>
    startProcess({
      service,
      port: ports[service],
      logFile,
      ...(options.programs?.[service] && { program: options.programs[service] }),
      env: {
        ...IMPATIENT,
        ...links[service],
        DATABASE_URL: databases[service],
        ...(HAS_EVENTS.has(service) && { EVENTS_URL: databases.events }),
        ORDER_FLOW: options.flow,
        SVCKIT_CRASH: `@${crashFile(service)}`,
        SVCKIT_CRASH_REPORT: reportFile(service),
        ...options.env?.[service],
      },
    });
  for (const service of CORE) for (const file of [crashFile, reportFile]) writeFileSync(file(service), '');
  const processes = new Map(await Promise.all(CORE.map(async (service) => [service, await start(service)] as const)));
  const processOf = (service: ServiceName) => processes.get(service) as ServiceProcess;
  return {
    databases,
    urls,
    logFile,
    process: processOf,
    crashAt: (service, point = '') => writeFileSync(crashFile(service), point),
    async restart(service) {
      appendFileSync(logFile, `--- ${service} starts again\n`);
      processes.set(service, await start(service));
    },
    reached: (service) => new Set(readFileSync(reportFile(service), 'utf8').split('\n').filter(Boolean)),
    async stop() {
      await Promise.all([...processes.values()].map((one) => one.stop()));
      await dropDatabases(options.server, databases).catch(() => undefined); // the server may be gone before
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function linksOf({ linkTo }: ShopOptions, urls: Shop['urls']): Promise<Record<ServiceName, Record<string, string>>> {
  const linked = async (from: ServiceName, to: ServiceName) =>
    [urlVariable(to), linkTo ? await linkTo(from, to, urls[to]) : urls[to]] as const;
  const all = CORE.map(async (from) => [from, Object.fromEntries(await Promise.all(CALLS[from].map((to) => linked(from, to))))] as const);
  return Object.fromEntries(await Promise.all(all)) as Record<ServiceName, Record<string, string>>;
}

/** A port for each service, held until all are chosen. */
async function freePorts(): Promise<Readonly<Record<ServiceName, number>>> {
  const held = await Promise.all(
    CORE.map(async (service) => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
      return { service, server, port: (server.address() as { readonly port: number }).port };
    }),
  );
  await Promise.all(held.map(({ server }) => new Promise((resolve) => server.close(resolve))));
  return Object.fromEntries(held.map(({ service, port }) => [service, port])) as Record<ServiceName, number>;
}
