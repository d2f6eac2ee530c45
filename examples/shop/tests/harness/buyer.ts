import { randomUUID } from 'node:crypto';
import type { Answer, Attempt } from '../../checker/history.ts';
import type { Shop } from './shop.ts';

export interface Wish {
  readonly items: readonly { readonly productId: string; readonly quantity: number }[];
  readonly card: string;
  readonly coupon?: string;
  readonly points?: number;
}

export interface Buying {
  readonly userId: string;
  readonly wish: Wish;
  /** The Idempotency-Key; a new one where it is not given. */
  readonly key?: string;
  /** How long to try for an answer; an attempt waits for at most ten seconds. */
  readonly patienceMs?: number;
}

/** Remembers all that clients were told. */
export type History = Attempt[];

const ATTEMPT_MS = 10_000;
const PAUSE_MS = 150;

/** Asks once. What is not answered with a decision may or may not have taken place. */
export async function ask(shop: Pick<Shop, 'urls'>, { userId, wish, key = randomUUID() }: Buying, history: History): Promise<Attempt> {
  const answer = await post(`${shop.urls.orders}/orders`, { 'x-user-id': userId, 'idempotency-key': key }, wish).catch(() => undefined);
  // A 5xx says nothing about the order: the same as no answer.
  const attempt: Attempt = { key, userId, answer: answer && answer.status < 500 ? answer : undefined };
  history.push(attempt);
  return attempt;
}

/** Asks until there is an answer, as a buyer's device does, with the same key. */
export async function buy(shop: Pick<Shop, 'urls'>, buying: Buying, history: History): Promise<Answer | undefined> {
  const key = buying.key ?? randomUUID();
  for (const end = Date.now() + (buying.patienceMs ?? 20_000); ; await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))) {
    const { answer } = await ask(shop, { ...buying, key }, history);
    if (answer || Date.now() > end) return answer;
  }
}

async function post(url: string, headers: Readonly<Record<string, string>>, body: unknown): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(ATTEMPT_MS),
  });
  const { requestId: _, ...told } = (await response.json()) as { readonly requestId?: string; readonly id?: string };
  return { status: response.status, body: told, orderId: told.id };
}

/** A buyer whom the shop knows. */
export async function newUser(shop: Pick<Shop, 'urls'>): Promise<string> {
  const email = `${randomUUID()}@shop.test`;
  return made(`${shop.urls.users}/users`, 'POST', { name: 'A buyer', email });
}

/** A product of which so many units came in. */
export async function newProduct(shop: Pick<Shop, 'urls'>, stock: number, price = 1250): Promise<string> {
  const id = await made(`${shop.urls.products}/products`, 'POST', { name: `Tea ${randomUUID().slice(0, 8)}`, price });
  if (stock > 0) await made(`${shop.urls.inventory}/inventory/${id}/deliveries/${randomUUID()}`, 'PUT', { quantity: stock });
  return id;
}

/** A coupon that can be used so many times. */
export async function newCoupon(shop: Pick<Shop, 'urls'>, uses: number, discount = 200): Promise<string> {
  const code = `C${randomUUID().slice(0, 8).toUpperCase()}`;
  await made(`${shop.urls.promotions}/coupons/${code}`, 'PUT', { discount, uses });
  return code;
}

export async function grantPoints(shop: Pick<Shop, 'urls'>, userId: string, points: number): Promise<void> {
  await made(`${shop.urls.promotions}/points/${userId}/grants/${randomUUID()}`, 'PUT', { points });
}

/** Has a product change its name; others are told by event. */
export async function rename(shop: Pick<Shop, 'urls'>, productId: string, name: string): Promise<void> {
  await made(`${shop.urls.products}/products/${productId}`, 'PATCH', { name });
}

/** Makes something. Returns its id, where it has one. */
async function made(url: string, method: string, body: unknown): Promise<string> {
  const response = await fetch(url, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const answer = (await response.json()) as { readonly id?: string };
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${JSON.stringify(answer)}`);
  return answer.id ?? '';
}
