import { type CryptoKey, exportSPKI, generateKeyPair, importJWK, SignJWT } from 'jose';
import { afterAll, expect, test } from 'vitest';
import { startApp } from './app.ts';

const app = await startApp();
afterAll(() => app.stop());

const { issuer } = app;
const sound = await issuer.token('ada');
const [header = '', payload = '', signature = ''] = sound.split('.');
const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
const decoded = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
const stranger = await generateKeyPair('ES256');

/** Signed with the public key as if that were a shared secret. */
async function confused(): Promise<string> {
  const publicKey = await importJWK(issuer.publicKey, 'ES256', { extractable: true });
  const secret = Buffer.from(await exportSPKI(publicKey as CryptoKey));
  return new SignJWT(decoded(payload)).setProtectedHeader({ alg: 'HS256', kid: 'test' }).sign(secret);
}

const forgeries: Record<string, string> = {
  'that says another user': `${header}.${encoded({ ...decoded(payload), sub: 'eve' })}.${signature}`,
  'that asks for more scopes': `${header}.${encoded({ ...decoded(payload), scope: 'shop:manage' })}.${signature}`,
  'whose signature is cut off': `${header}.${payload}.`,
  'with alg none': `${encoded({ alg: 'none' })}.${payload}.`,
  'with alg NONE and a signature': `${encoded({ alg: 'NONE', kid: 'test' })}.${payload}.${signature}`,
  'signed with the public key as a secret': await confused(),
  'signed with a swapped key': await issuer.token('ada', { key: stranger.privateKey }),
  'that has expired': await issuer.token('ada', { expiresIn: -60 }),
  'of another issuer': await issuer.token('ada', { issuer: 'https://elsewhere.example' }),
  'for another audience': await issuer.token('ada', { audience: 'elsewhere' }),
  'that is none': 'ada',
};

test('a sound token opens', async () => {
  expect((await app.sendWith(sound, { method: 'GET', path: '/api/orders/1' })).status).toBe(200);
});

test.each(Object.entries(forgeries))('a token %s is refused', async (_what, token) => {
  const asked = app.services.requests.length;
  const answer = await app.sendWith(token, { method: 'GET', path: '/api/orders/1' });
  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toContain('Bearer');
  expect(app.services.requests).toHaveLength(asked);
});
