import { expect, it } from 'vitest';
import { fakeRuntime } from '../../runtime/fake-runtime.ts';
import { noteFetch, noteUse } from './prune.ts';

const COMMIT = { first: 'a'.repeat(40), second: 'b'.repeat(40), third: 'c'.repeat(40) };
const at = (place: string, name: string) => `/cache/templates/git/${place}/${name}`;

/** A cache in memory, and its clock. */
function cache() {
  let today = new Date('2026-01-01T12:00:00Z');
  const runtime = { ...fakeRuntime(), now: () => today };
  const fetched = async (entry: string) => {
    runtime.volume.mkdirSync(entry, { recursive: true });
    runtime.volume.writeFileSync(`${entry}/HEAD`, 'x');
    await noteFetch(entry, runtime);
  };
  const after = (days: number) => {
    today = new Date(today.getTime() + days * 86_400_000);
  };
  return { runtime, fetched, after, has: (entry: string) => runtime.volume.existsSync(entry) };
}

it('removes what nobody used for 60 days when something else is fetched, wherever it came from', async () => {
  const { fetched, after, has, runtime } = cache();
  await fetched(at('shop', COMMIT.first));
  await fetched(at('shop', COMMIT.second));
  after(40);
  await noteUse(at('shop', COMMIT.second), runtime);
  after(30);
  await fetched(at('bank', COMMIT.third));
  expect([COMMIT.first, COMMIT.second].map((commit) => has(at('shop', commit)))).toEqual([false, true]);
  expect(runtime.volume.readdirSync('/cache/templates/git/shop')).toEqual([COMMIT.second, 'used']);
  expect(runtime.volume.readdirSync('/cache/templates/git/shop/used')).toEqual([COMMIT.second]);
});

it('begins to count for what was there before uses were noted, and leaves what is no commit or package', async () => {
  const { fetched, after, has, runtime } = cache();
  runtime.volume.mkdirSync(at('shop', COMMIT.first), { recursive: true });
  runtime.volume.writeFileSync(at('shop', 'refs.json'), '{}');
  await fetched(at('shop', COMMIT.second));
  after(50);
  await fetched(at('shop', COMMIT.third));
  expect(has(at('shop', COMMIT.first))).toBe(true);
  after(20);
  await fetched(at('bank', COMMIT.third));
  expect([has(at('shop', COMMIT.first)), has(at('shop', 'refs.json'))]).toEqual([false, true]);
});

it('lets nobody fail where the cache cannot be written', async () => {
  const { runtime } = cache();
  const fs = { ...runtime.fs, createFolder: () => Promise.reject(new Error('read-only')) };
  await noteFetch(at('shop', COMMIT.first), { ...runtime, fs });
});
