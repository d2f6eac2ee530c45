import { type Caller, callerOf } from './calls.ts';
import type { Item, Stage } from './stage.ts';

/** The request id of the demo's order: the reader finds it in the answer, in every log line and in the trace. */
export const REQUEST_ID = 'demo-order-1';

const ADA = { email: 'ada@example.com', password: 'correct horse battery staple' };
const DELIVERY = '0190c9a2-7f7e-7d1e-8a5e-2f6d1b3c4d5e';

/** What a team of the shop does behind the gateway, then what a buyer does through it. */
export async function* placeOrder(stage: Stage): AsyncGenerator<Item> {
  const call = await callerOf(stage);
  yield { is: 'note', text: 'Behind the gateway the shop takes ten teapots into its stock:' };
  const product = yield* stock(call);
  yield { is: 'note', text: 'Everything else goes through the gateway. Ada opens an account, signs in, and says who she is:' };
  const token = yield* signIn(call);
  yield { is: 'note', text: 'She orders two. The total is the server’s, and the same Idempotency-Key would be the same order:' };
  yield* call({
    service: 'gateway',
    method: 'POST',
    path: '/api/orders',
    token,
    headers: { 'Idempotency-Key': 'two-teapots', 'X-Request-ID': REQUEST_ID },
    body: { items: [{ productId: product, quantity: 2 }], card: 'card-visa' },
  });
}

/** The orders of the gateway's answer, as Ada sees them. */
export async function* showOrders(stage: Stage): AsyncGenerator<Item> {
  const call = await callerOf(stage);
  const { accessToken } = yield* call({ service: 'gateway', method: 'POST', path: '/api/auth/tokens', body: ADA });
  yield* call({ service: 'gateway', path: '/api/orders', token: String(accessToken) });
}

async function* stock(call: Caller): AsyncGenerator<Item, string> {
  const teapot = { name: 'Teapot', description: 'Holds a litre', price: 2_490 };
  const { id } = yield* call({ service: 'products', method: 'POST', path: '/products', body: teapot });
  const path = `/inventory/${id}/deliveries/${DELIVERY}`;
  yield* call({ service: 'inventory', method: 'PUT', path, body: { quantity: 10 } });
  return String(id);
}

async function* signIn(call: Caller): AsyncGenerator<Item, string> {
  const { id } = yield* call({ service: 'gateway', method: 'POST', path: '/api/auth/accounts', body: ADA });
  const { accessToken } = yield* call({ service: 'gateway', method: 'POST', path: '/api/auth/tokens', body: ADA });
  const token = String(accessToken);
  yield* call({
    service: 'gateway',
    method: 'PUT',
    path: `/api/users/${id}`,
    token,
    body: { name: 'Ada Lovelace', email: ADA.email },
  });
  return token;
}
