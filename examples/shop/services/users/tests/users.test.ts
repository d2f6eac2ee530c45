import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import type { User } from '../src/users/store.ts';
import { bodyOf, startApp, unknownId } from './app.ts';

const app = await startApp();
afterAll(() => app.stop());

const home = { street: '1 Main Street', city: 'London', postcode: 'N1', country: 'GB' };

test('a user is found with all addresses, and can change them', async () => {
  const user = await bodyOf<User>(await app.create({ name: 'Ada', email: 'Ada@Example.com', addresses: [home] }));
  expect(user).toMatchObject({ name: 'Ada', email: 'ada@example.com', addresses: [home] });
  await app.send('PUT', `/users/${user.id}`, { name: 'Ada L.', email: user.email });
  const changed = await app.send('GET', `/users/${user.id}`);
  expect(await bodyOf<User>(changed)).toEqual({ ...user, name: 'Ada L.', addresses: [] });
});

test('a mail address belongs to one user, whatever its letter case', async () => {
  await app.create({ name: 'Bob', email: 'bob@example.com' });
  const other = await bodyOf<User>(await app.create({ name: 'Rob', email: 'rob@example.com' }));
  expect((await app.create({ name: 'Bob', email: 'BOB@example.com' })).status).toBe(409);
  expect((await app.send('PUT', `/users/${other.id}`, { name: 'Rob', email: 'bob@example.com' })).status).toBe(409);
});

test('who has an account gives a profile under its id, once or again', async () => {
  const id = randomUUID();
  for (const name of ['Cy', 'Cyrus']) {
    const answer = await app.send('PUT', `/users/${id}`, { name, email: 'cy@example.com' }, id);
    expect(await bodyOf<User>(answer)).toEqual({ id, name, email: 'cy@example.com', addresses: [] });
  }
});

test("another's profile is neither seen nor changed: it is as if nobody were there", async () => {
  const { id } = await bodyOf<User>(await app.create({ name: 'Eve', email: 'eve@example.com' }));
  const profile = { name: 'Mallory', email: 'mallory@example.com' };
  const answers = [
    await app.send('GET', `/users/${id}`, undefined, randomUUID()),
    await app.send('GET', `/users/${unknownId}`, undefined, randomUUID()),
    await app.send('PUT', `/users/${id}`, profile, randomUUID()),
  ];
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
  expect(await bodyOf(await app.send('GET', `/users/${id}`, undefined, id))).toMatchObject({ name: 'Eve' });
});

test('who does not exist is not found', async () => {
  const answer = await app.send('GET', `/users/${unknownId}`);
  expect(answer.status).toBe(404);
  expect(await bodyOf(answer)).toMatchObject({ detail: 'User not found' });
});
