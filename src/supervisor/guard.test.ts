import { expect, it } from 'vitest';
import { refusal } from './guard.ts';

const good = { host: '127.0.0.1:4000', authorization: 'Bearer abc' };

it.each([['127.0.0.1:4000'], ['localhost:4000']])('lets a program with the token in by %s', (host) => {
  expect(refusal({ ...good, host }, 4000, 'abc')).toBeUndefined();
});

it.each([
  ['no host', { authorization: good.authorization }, 403],
  ['a rebound host', { ...good, host: 'evil.example:4000' }, 403],
  ['the host of another port', { ...good, host: '127.0.0.1:4001' }, 403],
  ['a malformed host', { ...good, host: '][' }, 403],
  ['an origin', { ...good, origin: 'http://127.0.0.1:4000' }, 403],
  ['the origin null', { ...good, origin: 'null' }, 403],
  ['no token', { host: good.host }, 401],
  ['a wrong token', { ...good, authorization: 'Bearer abd' }, 401],
  ['a longer token', { ...good, authorization: 'Bearer abcd' }, 401],
])('refuses %s', (_, headers, status) => {
  expect(refusal(headers, 4000, 'abc')?.status).toBe(status);
});

it('asks for no token where none is set, and still for the host', () => {
  expect(refusal({ host: good.host }, 4000, undefined)).toBeUndefined();
  expect(refusal({ host: 'evil.example' }, 4000, undefined)?.status).toBe(403);
});
