import { describe, expect, it } from 'vitest';
import { SvcError } from '../../../errors.ts';
import { type FakeApi, fakeApi } from '../api/fake-api.ts';
import type { KubernetesObject } from '../render/object.ts';
import { hold, release } from './lease.ts';

const ada = { name: 'svc-orders', holder: 'ada@here, process 1, a', seconds: 30 };
const bob = { ...ada, holder: 'bob@there, process 2, b' };

function holderIn(api: FakeApi): string | undefined {
  const lease = api.objects.get('Lease svc-orders') as { readonly spec?: { readonly holderIdentity?: string } } | undefined;
  return lease?.spec?.holderIdentity;
}

describe('a lease', () => {
  it('keeps everybody else out, and names who holds it', async () => {
    const api = fakeApi();
    await hold(ada, api);
    api.time += 12_000;
    await expect(hold(bob, api)).rejects.toThrow('orders is being deployed by ada@here, process 1, a, last heard of 12 s ago');
    expect(holderIn(api)).toBe(ada.holder);
  });

  it('is passed over by the time of the cluster, and not a second before', async () => {
    const api = fakeApi();
    await hold(ada, api);
    api.time += 30_000;
    await expect(hold(bob, api)).rejects.toThrow('last heard of 30 s ago');
    api.time += 1_000;
    await hold(bob, api);
    expect(holderIn(api)).toBe(bob.holder);
    await expect(hold(ada, api)).rejects.toThrow('bob@there');
  });

  it('lasts as long as its holder said, whatever the next one takes', async () => {
    const api = fakeApi();
    await hold({ ...ada, seconds: 300 }, api);
    api.time += 60_000;
    await expect(hold(bob, api)).rejects.toThrow('ada@here');
  });

  it('is renewed by its holder, with the time since when', async () => {
    const api = fakeApi();
    await hold(ada, api);
    api.time += 20_000;
    await hold(ada, api);
    api.time += 20_000;
    await expect(hold(bob, api)).rejects.toThrow('last heard of 20 s ago');
    expect(api.objects.get('Lease svc-orders')).toMatchObject({
      spec: { acquireTime: '2026-01-01T00:00:00.000000Z', renewTime: '2026-01-01T00:00:20.000000Z' },
    });
  });

  it('goes to one of two who reach for it at the same moment', async () => {
    const api = fakeApi();
    await hold(ada, api);
    await release(ada, api);
    const both = await Promise.allSettled([hold(ada, api), hold(bob, api)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('is recognised as its own where the answer to its creation never came', async () => {
    const api = fakeApi();
    const { create } = api;
    api.create = async (object: KubernetesObject) => {
      await create(object);
      throw new SvcError('cluster/unreachable', 'No answer', { hint: 'Again' });
    };
    await hold(ada, api);
    expect(holderIn(api)).toBe(ada.holder);
  });

  it('is let go of by its holder alone', async () => {
    const api = fakeApi();
    await hold(ada, api);
    await release(bob, api);
    expect(holderIn(api)).toBe(ada.holder);
    await release(ada, api);
    expect(holderIn(api)).toBeUndefined();
    await hold(bob, api);
  });

  it('runs out by itself where its holder cannot let go of it', async () => {
    const api = fakeApi();
    await hold(ada, api);
    const gone = { ...api, get: () => Promise.reject(new SvcError('cluster/unreachable', 'No answer', { hint: 'Again' })) };
    await expect(release(ada, gone)).resolves.toBeUndefined();
  });
});
