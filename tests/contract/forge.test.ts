import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitOf } from '../../src/fleet/forge/client.ts';
import { forgeOf, forges } from '../../src/fleet/forge/forges.ts';
import { fakeRuntime } from '../../src/runtime/fake-runtime.ts';
import { StandIn } from './forge-stand-in.ts';
import { type ForgeWorld, forgeContract, forgeFor } from './forge-suite.ts';

describe.each(['github', 'gitlab'] as const)('the adapter of %s', (kind) => {
  const server = new StandIn(kind);
  let world: ForgeWorld;
  beforeAll(async () => {
    world = await server.start();
  });
  afterAll(() => server.stop());

  forgeContract(() => world);

  const refused = async (status: number, headers: Record<string, string>, body = '{}') => {
    server.instead.push({ status, headers, body });
    return forgeFor(world)
      .repository('shop/orders')
      .catch((error: unknown) => error);
  };

  it.each<[string, number, Record<string, string>, number]>([
    ['the seconds it names', 429, { 'retry-after': '7' }, 7_000],
    ['the seconds of a secondary limit', 403, { 'retry-after': '90' }, 90_000],
    ['a minute where it names none', 429, {}, 60_000],
  ])('waits for %s', async (_, status, headers, expected) => {
    expect(waitOf(await refused(status, headers))).toBe(expected);
  });

  it('waits until its limit is renewed', async () => {
    const soon = String(Math.ceil(Date.now() / 1_000) + 30);
    const waited = waitOf(await refused(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': soon })) ?? 0;
    expect(waited).toBeGreaterThan(25_000);
    expect(waited).toBeLessThanOrEqual(31_000);
  });

  it('tells what may pass from what will not, and an answer that is none of its own', async () => {
    expect(await refused(502, {}, '<html>')).toMatchObject({ code: 'forge/unavailable' });
    expect(await refused(422, {}, '{"message":"No commits"}')).toMatchObject({
      code: 'forge/refused',
      message: expect.stringContaining('No commits'),
    });
    expect(await refused(200, {}, '<html>')).toMatchObject({ code: 'forge/refused', message: expect.stringContaining('cannot read') });
  });

  it('says what the checks of an open pull request say', async () => {
    const forge = forgeFor(world);
    await forge.openPullRequest('shop/users', { title: 't', body: 'b', draft: false, branch: 'svc/two', into: 'main' });
    expect(await forge.findPullRequest('shop/users', 'svc/two')).toMatchObject({ checks: 'failed' });
  });
});

it('sends a token over an encrypted connection only, or to this machine', async () => {
  const runtime = fakeRuntime({ env: { GITEA_TOKEN: 'secret' } });
  const forge = forges(runtime)({ kind: 'gitea', url: 'http://git.example.com' });
  await expect(forge.repository('shop/orders')).rejects.toMatchObject({ code: 'forge/denied', hint: 'Use https://git.example.com' });
});

it('is let in to GitHub as an app, with a token for each organisation that is asked for once', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const asked: string[] = [];
  const answer = (url: string): unknown => {
    if (url.endsWith('/installation')) return { id: 5 };
    if (url.endsWith('/access_tokens')) return { token: 'of-the-app', expires_at: '2026-01-02T04:04:05Z' };
    return { full_name: 'shop/orders', clone_url: 'https://github.com/shop/orders.git', default_branch: 'main', archived: false, size: 1 };
  };
  const runtime = fakeRuntime({
    files: { 'app.pem': pem },
    env: { SVC_GITHUB_APP_ID: '42', SVC_GITHUB_APP_KEY_FILE: 'app.pem' },
    override: {
      http: async ({ url, headers = {} }) => {
        asked.push(`${new URL(url).pathname} ${headers['authorization']?.split('.').length === 3 ? 'app' : headers['authorization']}`);
        const text = JSON.stringify(answer(url));
        return { status: 200, headers: {}, text: async () => text, bytes: async () => Buffer.from(text), lines: async function* () {} };
      },
    },
  });
  const forge = forges(runtime)({ kind: 'github', url: 'https://github.com' });
  await forge.repository('shop/orders');
  await forge.repository('shop/users');
  expect(asked).toEqual([
    '/users/shop/installation app',
    '/app/installations/5/access_tokens app',
    '/repos/shop/orders Bearer of-the-app',
    '/repos/shop/users Bearer of-the-app',
  ]);
});

it.each([
  ['https://github.com/shop/orders.git', 'github', 'shop/orders'],
  ['git@github.com:shop/orders.git', 'github', 'shop/orders'],
  ['ssh://git@gitlab.com/shop/backend/orders', 'gitlab', 'shop/backend/orders'],
  ['https://git.example:8443/git/shop/orders', 'gitea', 'shop/orders'],
])('finds the forge of %s', (url, kind, path) => {
  const found = forgeOf(url, { kind: 'gitea', url: 'https://git.example:8443/git' });
  expect([found?.address.kind, found?.path]).toEqual([kind, path]);
});

it.each(['https://example.com/a/b', 'https://github.com.example/a/b', 'https://github.com/alone', '/a/folder'])(
  'finds no forge for %s',
  (url) => expect(forgeOf(url, undefined)).toBeUndefined(),
);
