import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { parse } from 'yaml';
import type { Books, Mail } from './books.ts';

/** The address of each service's database, and of the log of events. */
export type DatabaseUrls = Readonly<Record<string, string>>;

/** Who keeps copies of products. */
const KEEPERS = ['orders', 'carts'] as const;
const SERVICES = join(import.meta.dirname, '../services');

/** Where each part of the books stands. */
const QUERIES = {
  orders: ['orders', 'SELECT id, user_id AS "userId", state, total::float8 AS total, amount::float8 AS amount, coordinated FROM orders'],
  orderLines: [
    'orders',
    'SELECT order_id AS "orderId", product_id AS "productId", price::float8 AS price, quantity FROM order_lines',
  ],
  transitions: ['orders', 'SELECT order_id AS "orderId", from_state AS "from", to_state AS "to" FROM order_transitions ORDER BY at'],
  keys: ['orders', `SELECT caller, key, result::json ->> 'id' AS "orderId" FROM svckit.idempotency_keys WHERE operation = 'placeOrder'`],
  sagas: ['orders', `SELECT id, state ->> 'is' AS "is", decision FROM svckit.sagas`],
  stock: ['inventory', 'SELECT product_id AS "productId", on_hand AS "onHand", reserved FROM stock'],
  deliveries: ['inventory', 'SELECT product_id AS "productId", quantity FROM deliveries'],
  reservations: ['inventory', 'SELECT order_id AS "orderId", state FROM reservations'],
  reservationLines: ['inventory', 'SELECT order_id AS "orderId", product_id AS "productId", quantity FROM reservation_lines'],
  coupons: ['promotions', 'SELECT code, uses, uses_left AS "usesLeft" FROM coupons'],
  points: ['promotions', 'SELECT user_id AS "userId", balance FROM points'],
  pointsLedger: ['promotions', 'SELECT user_id AS "userId", reason, reference, change FROM points_ledger'],
  holds: ['promotions', 'SELECT order_id AS "orderId", state, coupon, points, discount FROM holds'],
  payments: ['payments', 'SELECT order_id AS "orderId", amount::float8 AS amount, state, wanted FROM payments'],
  ledger: ['payments', 'SELECT order_id AS "orderId", operation, phase, amount::float8 AS amount FROM ledger'],
  bank: ['bank', 'SELECT key, kind, reference AS "orderId", amount::float8 AS amount, approved FROM operations'],
  products: ['products', 'SELECT id AS "productId", name, price, version FROM products'],
  log: [
    'events',
    `SELECT topic, partition, "offset"::float8 AS "offset", key, v ->> 'id' AS "eventId", v ->> 'source' AS source, v ->> 'type' AS type,
      v -> 'data' AS data FROM event_log.records, LATERAL (SELECT value::jsonb AS v) AS parsed ORDER BY topic, partition, "offset"`,
  ],
  places: ['events', 'SELECT "group", topic, partition, next_offset::float8 AS "next" FROM event_log.leases'],
} as const satisfies Partial<Record<keyof Books, readonly [string, string]>>;

/** Reads the books of the whole shop. Each database by itself: what is under way may be seen in one and not in another. */
export async function readBooks(urls: DatabaseUrls): Promise<Books> {
  const names = [...new Set<string>([...Object.values(QUERIES).map(([database]) => database), ...KEEPERS])].filter((name) => name in urls);
  const pools = new Map(names.map((name) => [name, new pg.Pool({ connectionString: urls[name], max: 2 })]));
  const rows = async (database: string, sql: string): Promise<never[]> =>
    ((await pools.get(database)?.query(sql).catch(orNone))?.rows ?? []) as never[];
  try {
    const parts = Object.entries(QUERIES).map(async ([part, [database, sql]]) => [part, await rows(database, sql)] as const);
    const mail = names.filter((name) => name !== 'events').map((service) => mailOf(service, (sql) => rows(service, sql)));
    const copies = KEEPERS.map((keeper) =>
      rows(keeper, `SELECT '${keeper}' AS keeper, product_id AS "productId", name, price::float8 AS price, version FROM product_copies`),
    );
    const read = Object.fromEntries(await Promise.all(parts)) as unknown as Pick<Books, keyof typeof QUERIES>;
    return { ...read, mail: await Promise.all(mail), copies: (await Promise.all(copies)).flat() };
  } finally {
    await Promise.all([...pools.values()].map((pool) => pool.end()));
  }
}

const UNDEFINED_TABLE = '42P01';

/** A service that has no coordinator, or no events, has no tables for them. */
function orNone(error: Error & { readonly code?: string }): undefined {
  if (error.code !== UNDEFINED_TABLE) throw error;
}

type Rows = (sql: string) => Promise<never[]>;

async function mailOf(service: string, rows: Rows): Promise<Mail> {
  const [outbox, inbox, deadLetters] = await Promise.all([
    rows(`SELECT value::jsonb ->> 'id' AS "eventId", topic, published_at IS NOT NULL AS "isPublished" FROM svckit.outbox`),
    rows('SELECT source, event_id AS "eventId" FROM svckit.inbox'),
    rows('SELECT event_id AS "eventId", type, cause FROM svckit.dead_letters'),
  ]);
  return { service, receives: receivedBy(service), outbox, inbox, deadLetters };
}

interface AsyncApi {
  readonly channels: Readonly<Record<string, { readonly address: string; readonly messages: Readonly<Record<string, unknown>> }>>;
  readonly operations: Readonly<Record<string, { readonly action: string; readonly channel: { readonly $ref: string } }>>;
}

/** The types that a service's contract says it receives, by topic. */
function receivedBy(service: string): Mail['receives'] {
  const contract = readContract(service);
  const operations = Object.values(contract?.operations ?? {}).filter(({ action }) => action === 'receive');
  const channels = operations.flatMap(({ channel }) => contract?.channels[channel.$ref.split('/').at(-1) ?? ''] ?? []);
  return Object.fromEntries(channels.map(({ address, messages }) => [address, Object.keys(messages)]));
}

function readContract(service: string): AsyncApi | undefined {
  try {
    return parse(readFileSync(join(SERVICES, service, 'asyncapi.yaml'), 'utf8')) as AsyncApi;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined; // it has no part in events
    throw error;
  }
}
