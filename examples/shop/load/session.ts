import { randomUUID } from 'node:crypto';
import type { Sample } from './open-loop.ts';

export interface Buyer {
  readonly token: string;
}

interface Call {
  readonly step: string;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const PATIENCE_MS = 30_000;

/** What somebody does in a shop: looks around, puts something into the cart, and orders it. Ends where a step fails. */
export async function visit(gateway: string, buyer: Buyer, beganAt: number): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  let due = beganAt;
  const step = async (call: Call) => {
    const answer = await send(gateway, buyer, call);
    samples.push({ step: call.step, outcome: answer ? String(answer.status) : 'no answer', tookMs: performance.now() - due });
    due = performance.now();
    return answer?.ok ? ((await answer.json()) as { readonly items?: readonly { readonly id: string }[] }) : undefined;
  };
  const products = await step({ step: 'look around', method: 'GET', path: '/api/products?limit=20' });
  const product = products?.items?.[Math.floor(Math.random() * products.items.length)];
  if (!product) return samples;
  const cart = await step({ step: 'put into the cart', method: 'PUT', path: `/api/carts/mine/items/${product.id}`, body: { quantity: 1 } });
  if (!cart) return samples;
  const order = { items: [{ productId: product.id, quantity: 1 }], card: 'card-good' };
  await step({ step: 'order', method: 'POST', path: '/api/orders', body: order, headers: { 'idempotency-key': randomUUID() } });
  return samples;
}

async function send(gateway: string, { token }: Buyer, { method, path, body, headers }: Call): Promise<Response | undefined> {
  const all = { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers };
  const given = { method, headers: all, signal: AbortSignal.timeout(PATIENCE_MS), ...(body !== undefined && { body: JSON.stringify(body) }) };
  return fetch(`${gateway}${path}`, given).catch(() => undefined);
}
