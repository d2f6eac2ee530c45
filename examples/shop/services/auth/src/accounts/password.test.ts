import { expect, test } from 'vitest';
import { passwords } from './password.ts';

const CHEAP = 4;

test('a hash fits its password alone, and is another one each time', async () => {
  const { hash, matches } = passwords(CHEAP);
  const [one, other] = await Promise.all([hash('correct horse'), hash('correct horse')]);
  expect(one).not.toBe(other);
  expect(await Promise.all([matches('correct horse', one), matches('correct horse', other)])).toEqual([true, true]);
  expect(await matches('correct house', one)).toBe(false);
});

test('a hash that was made with less work stays good', async () => {
  const old = await passwords(CHEAP).hash('correct horse');
  expect(await passwords(CHEAP + 1).matches('correct horse', old)).toBe(true);
});

test('a password is the same however its characters are composed', async () => {
  const { hash, matches } = passwords(CHEAP);
  expect(await matches('cafe\u0301 au lait', await hash('caf\u00e9 au lait'))).toBe(true);
});

test('no password is that of nobody', async () => {
  expect(await passwords(CHEAP).matches('anything', undefined)).toBe(false);
});

test('of very many at once some are asked to come again, and the rest are served', async () => {
  const { hash } = passwords(CHEAP);
  const all = await Promise.allSettled([...Array(200)].map(() => hash('correct horse')));
  const refused = all.flatMap((one) => (one.status === 'rejected' ? [one.reason.status] : []));
  expect(refused).toEqual(Array(refused.length).fill(503));
  expect(refused.length).toBeGreaterThan(100);
  expect(await hash('correct horse')).toContain('scrypt');
});
