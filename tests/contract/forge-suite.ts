import { expect, it } from 'vitest';
import type { Forge, ForgeAddress } from '../../src/fleet/forge/forge.ts';
import { forges } from '../../src/fleet/forge/forges.ts';
import { nodeRuntime } from '../../src/runtime/node/runtime.ts';

/** A forge with an organisation: `orders` with the branch `svc/one`, `users`, `stock`, `old` (archived), `new` (empty). */
export interface ForgeWorld {
  readonly address: ForgeAddress;
  readonly owner: string;
  /** What svc is given to be let in. */
  readonly env: Readonly<Record<string, string>>;
  readonly token: string;
  merge(repository: string, number: number): Promise<void>;
  close(repository: string, number: number): Promise<void>;
}

/** The adapter for a world; other credentials may be given. */
export function forgeFor({ address, env }: ForgeWorld, credentials: Readonly<Record<string, string>> = env): Forge {
  const real = nodeRuntime(new AbortController().signal, () => {});
  return forges({ ...real, env: credentials })(address);
}

/** What svc relies on, whatever the forge. The order of the tests is that of the life of a pull request. */
export function forgeContract(world: () => ForgeWorld): void {
  const proposal = { title: 'Upgrade orders', body: 'What changes:\n\n- `a.txt`\n', draft: false };
  const branch = 'svc/one';
  const at = (name: string) => `${world().owner}/${name}`;

  it('lists the repositories of an organisation, of all pages, without archived ones', async () => {
    const found = await forgeFor(world()).repositories(world().owner);
    expect(found.map(({ path, defaultBranch }) => [path, defaultBranch])).toEqual([
      [at('new'), undefined],
      [at('orders'), 'main'],
      [at('stock'), 'main'],
      [at('users'), 'main'],
    ]);
  });

  it('knows one repository, and an address that git clones without credentials in it', async () => {
    const found = await forgeFor(world()).repository(at('orders'));
    expect(found).toMatchObject({ path: at('orders'), defaultBranch: 'main' });
    expect(found.cloneUrl).toBe(`${world().address.url}/${at('orders')}.git`);
  });

  it('finds no pull request where there is none', async () => {
    expect(await forgeFor(world()).findPullRequest(at('orders'), branch)).toBeUndefined();
  });

  it('opens a pull request and finds it again by its branch', async () => {
    const forge = forgeFor(world());
    const made = await forge.openPullRequest(at('orders'), { ...proposal, branch, into: 'main' });
    expect(made).toMatchObject({ ...proposal, state: 'open' });
    const found = await forge.findPullRequest(at('orders'), branch);
    expect(found).toMatchObject({ ...proposal, number: made.number, url: made.url, state: 'open', mergeable: true });
    expect(found?.url.startsWith(world().address.url)).toBe(true);
  });

  it('gives it another text', async () => {
    const forge = forgeFor(world());
    const found = await forge.findPullRequest(at('orders'), branch);
    await forge.updatePullRequest(at('orders'), found?.number ?? 0, { title: 'Another', body: 'Text', draft: false });
    expect(await forge.findPullRequest(at('orders'), branch)).toMatchObject({ title: 'Another', body: 'Text', number: found?.number });
  });

  it('knows a closed one, a new one on the same branch, a draft, and a merged one', async () => {
    const forge = forgeFor(world());
    const first = await forge.findPullRequest(at('orders'), branch);
    await world().close(at('orders'), first?.number ?? 0);
    expect(await forge.findPullRequest(at('orders'), branch)).toMatchObject({ state: 'closed', number: first?.number });
    const second = await forge.openPullRequest(at('orders'), { ...proposal, draft: true, branch, into: 'main' });
    expect(second.number).not.toBe(first?.number);
    expect(await forge.findPullRequest(at('orders'), branch)).toMatchObject({
      state: 'open',
      draft: true,
      title: proposal.title,
      number: second.number,
    });
    await forge.updatePullRequest(at('orders'), second.number, proposal);
    await world().merge(at('orders'), second.number);
    expect((await forge.findPullRequest(at('orders'), branch))?.state).not.toBe('open');
  });

  it('says who was not let in, and repeats no token', async () => {
    const stranger = forgeFor(world(), Object.fromEntries(Object.keys(world().env).map((name) => [name, 'wrong-token'])));
    const refusal = await stranger.repository(at('orders')).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'forge/denied', hint: expect.stringContaining('_TOKEN') });
    expect(JSON.stringify(refusal) + String(refusal)).not.toContain('wrong-token');
  });

  it('says what is not there', async () => {
    await expect(forgeFor(world()).repository(at('nothing'))).rejects.toMatchObject({ code: 'forge/denied' });
    await expect(forgeFor(world()).repositories('nobody')).rejects.toMatchObject({ code: 'forge/denied' });
  });
}
