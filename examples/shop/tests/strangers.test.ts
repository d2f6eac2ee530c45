import { randomUUID } from 'node:crypto';
import { generateKeyPair, SignJWT } from 'jose';
import { afterAll, expect, inject, test } from 'vitest';
import { newProduct, newUser } from './harness/buyer.ts';
import { startGateway } from './harness/gateway.ts';
import { startShop } from './harness/shop.ts';

const shop = await startShop({ server: inject('server'), flow: 'choreography' });
const gateway = await startGateway(shop);
afterAll(async () => {
  await gateway.stop();
  await shop.stop();
});

const [ann, bob, productId] = await Promise.all([newUser(shop), newUser(shop), newProduct(shop, 10, 1250)]);

interface Sent {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const send = (method: string, path: string, { token, headers, body }: Sent = {}) =>
  fetch(`${gateway.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
const order = (token: string, more: object = {}) => {
  const body = { items: [{ productId, quantity: 2 }], card: 'card-good', ...more };
  return send('POST', '/api/orders', { token, headers: { 'idempotency-key': randomUUID() }, body });
};

const anns = await order(await gateway.token(ann));
const address = anns.headers.get('location') ?? '';

test('an order is its buyer’s alone: anybody else’s is 404, whoever they say they are', async () => {
  expect((await send('GET', address, { token: await gateway.token(ann) })).status).toBe(200);
  const token = await gateway.token(bob);
  expect((await send('GET', address, { token })).status).toBe(404);
  expect((await send('GET', address, { token, headers: { 'x-user-id': ann, 'X-User-Id': ann } })).status).toBe(404);
  expect((await send('GET', '/api/orders', { token }).then((answer) => answer.json())) as object).toEqual({ items: [] });
});

test('without a token, or with one that somebody else signed, nobody is let in', async () => {
  const { privateKey } = await generateKeyPair('ES256');
  const forged = await new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid: 'test' }).setSubject(ann).setIssuer('http://auth').setAudience('shop').setExpirationTime('5m').sign(privateKey);
  const sound = await gateway.token(ann);
  const [header, claims, signature] = sound.split('.');
  const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.`;
  const swapped = `${header}.${Buffer.from(JSON.stringify({ sub: ann, iss: 'http://auth', aud: 'shop', exp: 9_999_999_999 })).toString('base64url')}.${signature}`;
  for (const token of [forged, unsigned, swapped]) expect((await send('GET', address, { token })).status).toBe(401);
  expect((await send('GET', address)).status).toBe(401);
  expect((await send('GET', address, { headers: { 'x-user-id': ann } })).status).toBe(401);
});

test('what a buyer says that it costs is not heard', async () => {
  expect(await anns.json()).toMatchObject({ total: 2500, amount: 2500 });
  const token = await gateway.token(bob);
  for (const more of [{ total: 1 }, { amount: 1 }, { items: [{ productId, quantity: 2, price: 1 }] }]) {
    expect((await order(token, more)).status).toBe(400);
  }
});

test('what is done for an order cannot be asked for from outside', async () => {
  const token = await gateway.token(ann);
  const id = address.slice(address.lastIndexOf('/') + 1);
  for (const path of [`/api/payments/${id}`, `/api/inventory/reservations/${id}`, `/api/promotions/holds/${id}`, `/api/bank/operations/${id}`]) {
    expect((await send('DELETE', path, { token })).status, path).toBeOneOf([403, 404, 405]);
  }
});
