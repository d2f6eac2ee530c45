/** The shop under orders, and PostgreSQL alone doing as many rows and commits; `orders.mjs` runs both. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { buildAll } from '../examples/shop/tests/harness/build.ts';
import { buy, type History, newProduct, newUser } from '../examples/shop/tests/harness/buyer.ts';
import { startServer } from '../examples/shop/tests/harness/databases.ts';
import { becomesQuiet, verdict } from '../examples/shop/tests/harness/quiet.ts';
import { CORE } from '../examples/shop/tests/harness/services.ts';
import { type Flow, type Shop, startShop } from '../examples/shop/tests/harness/shop.ts';

export interface Load {
  readonly clients: number;
  readonly seconds: number;
  /** Where services write CPU profiles, if anywhere. */
  readonly profiles: string | undefined;
}

export interface Measured {
  /** Confirmed, captured, committed to stock, and every event handled, a second. */
  readonly ordersPerSecond: number;
  /** What an order costs PostgreSQL, over all databases: transactions that wrote, and rows written. */
  readonly perOrder: Cost;
  /** The same by PostgreSQL alone. */
  readonly barePerSecond: number;
}

interface Cost {
  readonly commits: number;
  readonly inserted: number;
  readonly changed: number;
}

/** Nothing is killed here: no service has to look whether it is to be. */
const UNDISTURBED = { SVCKIT_CRASH: '', SVCKIT_CRASH_REPORT: '', NODE_ENV: 'production' };
const QUIET_WITHIN_MS = 60_000;
const BARE_SECONDS = 6;
const ROWS = 10_000;

/**
 * @throws Error where any order was lost, charged twice or left half done: then its speed says nothing
 */
export async function measure(flow: Flow, load: Load): Promise<Measured> {
  await buildAll();
  const server = await startServer();
  try {
    // Tests do without it. An order that was answered has to outlive a power cut.
    await query(server.url, 'ALTER SYSTEM SET fsync = on');
    await query(server.url, 'SELECT pg_reload_conf()');
    const shop = await startShop({ server: server.url, flow, env: environments(load) });
    const sold = await sell(shop, server.url, load).finally(() => shop.stop());
    return { ...sold, barePerSecond: await bare(server.url, sold.perOrder, load.clients) };
  } finally {
    await server.stop();
  }
}

function environments({ profiles }: Load) {
  const profiler = join(import.meta.dirname, 'profile.cjs');
  const profiled = (service: string) =>
    profiles === undefined ? {} : { NODE_OPTIONS: `--require ${profiler}`, BENCH_PROFILES: profiles, BENCH_SERVICE: service };
  return Object.fromEntries(CORE.map((service) => [service, { ...UNDISTURBED, ...profiled(service) }]));
}

async function sell(shop: Shop, server: string, load: Load): Promise<Omit<Measured, 'barePerSecond'>> {
  const history: History = [];
  const buyers = await Promise.all(Array.from({ length: load.clients }, () => newUser(shop)));
  const products = await Promise.all(Array.from({ length: 20 }, () => newProduct(shop, 1_000_000)));
  await crowd(shop, { buyers, products, history, seconds: 2 }); // until everything is compiled and connected
  await becomesQuiet(shop.databases, QUIET_WITHIN_MS);
  const [before, already, startedAt] = [await books(server), history.length, performance.now()];
  await crowd(shop, { buyers, products, history, seconds: load.seconds });
  await becomesQuiet(shop.databases, QUIET_WITHIN_MS);
  const seconds = (performance.now() - startedAt) / 1_000;
  const [after, orders] = [await books(server), history.length - already];
  const wrong = [...(await verdict(shop.databases, history)), ...history.filter(({ answer }) => answer?.status !== 201)];
  if (wrong.length > 0) throw new Error(`${wrong.length} orders went wrong, the first: ${JSON.stringify(wrong[0])}`);
  const each = (key: keyof Cost) => (after[key] - before[key]) / orders;
  return {
    ordersPerSecond: orders / seconds,
    perOrder: { commits: each('commits'), inserted: each('inserted'), changed: each('changed') },
  };
}

interface Crowd {
  readonly buyers: readonly string[];
  readonly products: readonly string[];
  readonly history: History;
  readonly seconds: number;
}

/** Each buyer orders again as soon as there is an answer. */
async function crowd(shop: Shop, { buyers, products, history, seconds }: Crowd): Promise<void> {
  const end = Date.now() + seconds * 1_000;
  await Promise.all(
    buyers.map(async (userId, index) => {
      for (let turn = index; Date.now() < end; turn += 1) {
        const productId = products[turn % products.length] ?? '';
        await buy(shop, { userId, wish: { items: [{ productId, quantity: 1 }], card: 'card-good' } }, history);
      }
    }),
  );
}

/** What PostgreSQL has written so far. A number is given to each transaction that writes, and to no other. */
async function books(server: string): Promise<Cost> {
  await new Promise((resolve) => setTimeout(resolve, 1_200)); // backends tell their numbers once a second
  const [row] = await query(
    server,
    `SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS commits, sum(tup_inserted) AS inserted, sum(tup_updated + tup_deleted) AS changed
     FROM pg_stat_database`,
  );
  return { commits: Number(row?.['commits']), inserted: Number(row?.['inserted']), changed: Number(row?.['changed']) };
}

/** pgbench on the same server: in each of its rounds as many commits, inserted rows and changed rows as one order has. */
async function bare(server: string, cost: Cost, clients: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'svckit-bench-orders-'));
  try {
    await query(server, 'CREATE DATABASE bare');
    const url = new URL(server);
    url.pathname = '/bare';
    await query(url.href, 'CREATE TABLE changed (id int PRIMARY KEY, state int NOT NULL, data text NOT NULL)');
    await query(url.href, 'CREATE TABLE added (id uuid PRIMARY KEY, data text NOT NULL)');
    await query(url.href, `INSERT INTO changed SELECT n, 0, repeat('x', 200) FROM generate_series(1, ${ROWS}) n`);
    const script = join(folder, 'order.sql');
    await writeFile(script, scriptOf(cost));
    const args = ['-n', '-f', script, '-c', String(clients), '-j', '2', '-T', String(BARE_SECONDS), '-M', 'prepared', url.href];
    const { stdout } = await promisify(execFile)('pgbench', args);
    return Number(/tps = ([\d.]+)/.exec(stdout)?.[1]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function scriptOf({ commits, inserted, changed }: Cost): string {
  const transactions = Math.round(commits);
  const statements = [
    ...Array<string>(Math.round(inserted)).fill("INSERT INTO added VALUES (gen_random_uuid(), repeat('x', 200));"),
    ...Array<string>(Math.round(changed)).fill('UPDATE changed SET state = state + 1 WHERE id = :id;'),
  ];
  const parts = Array.from({ length: transactions }, (_, index) => statements.filter((_, at) => at % transactions === index));
  return parts.map((part) => [`\\set id random(1, ${ROWS})`, 'BEGIN;', ...part, 'COMMIT;', ''].join('\n')).join('');
}

async function query(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
