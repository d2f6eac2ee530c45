import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { newProduct, newUser } from './harness/buyer.ts';
import { type Gateway, startGateway } from './harness/gateway.ts';
import { becomesQuiet } from './harness/quiet.ts';
import { CORE } from './harness/services.ts';
import { type Flow, type Shop, startShop } from './harness/shop.ts';
import { collectSpans, rootsOf, type Span, type Spans, stepsOf } from './harness/spans.ts';

const REQUEST_ID = 'an-order-to-follow';
/** Every service hands its spans on at least so often. */
const HANDED_ON_MS = 10_000;

/** Whom an order passes by on its way, calls and events alike. */
const STEPS: Readonly<Record<Flow, readonly string[]>> = {
  orchestration: [
    'gateway → orders',
    'orders → users',
    'orders → products',
    'orders → inventory',
    'orders → promotions',
    'orders → payments',
    'payments → bank',
  ],
  choreography: [
    'gateway → orders',
    'orders → inventory',
    'orders → promotions',
    'inventory → orders',
    'promotions → orders',
    'orders → payments',
    'payments → bank',
    'payments → orders',
  ],
};

describe.each(['orchestration', 'choreography'] as const)('an order by %s', (flow) => {
  let spans: Spans;
  let shop: Shop;
  let gateway: Gateway;
  let answer: Response;

  beforeAll(async () => {
    spans = await collectSpans();
    const traced = (service: string) => ({ OTEL_SERVICE_NAME: service, OTEL_EXPORTER_OTLP_ENDPOINT: spans.url });
    shop = await startShop({ server: inject('server'), flow, env: Object.fromEntries(CORE.map((name) => [name, traced(name)])) });
    gateway = await startGateway(shop, traced('gateway'));
    answer = await order(shop, gateway);
    await becomesQuiet(shop.databases);
  });
  afterAll(async () => {
    await gateway.stop();
    await shop.stop();
    spans.stop();
  });

  test('keeps the request id that its buyer gave it', () => {
    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-request-id')).toBe(REQUEST_ID);
  });

  test('is one tree from the gateway through all calls and events', async () => {
    const trace = await traceWith(spans, STEPS[flow]);
    expect([...stepsOf(trace)]).toEqual(expect.arrayContaining([...STEPS[flow]]));
    expect(rootsOf(trace).map(({ service, name }) => `${service} ${name}`)).toEqual(['gateway POST /api/orders']);
  });

  test('bears its request id in the log lines of every service', () => {
    const lines = readFileSync(shop.logFile, 'utf8').split('\n').filter((line) => line.startsWith('{'));
    const services = lines.map((line) => JSON.parse(line)).filter(({ request_id }) => request_id === REQUEST_ID).map(({ service }) => service);
    expect([...new Set(services)].toSorted()).toEqual([...CORE, 'gateway'].toSorted());
  });
});

async function order(shop: Shop, gateway: Gateway): Promise<Response> {
  const [userId, productId] = await Promise.all([newUser(shop), newProduct(shop, 10)]);
  return fetch(`${gateway.url}/api/orders`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await gateway.token(userId)}`,
      'idempotency-key': 'once',
      'x-request-id': REQUEST_ID,
    },
    body: JSON.stringify({ items: [{ productId, quantity: 2 }], card: 'card-good' }),
  });
}

/** The spans of the order, once they have all arrived: services hand theirs on in batches. */
async function traceWith(spans: Spans, steps: readonly string[]): Promise<readonly Span[]> {
  for (const deadline = Date.now() + HANDED_ON_MS; ; await sleep(100)) {
    const traceId = spans.all().find(({ service, name }) => service === 'gateway' && name === 'POST /api/orders')?.traceId;
    const trace = spans.all().filter((span) => span.traceId === traceId);
    const found = stepsOf(trace);
    const whole = steps.every((step) => found.has(step)) && rootsOf(trace).length === 1;
    if (whole || Date.now() > deadline) return trace;
  }
}
