import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fakeApi } from '../api/fake-api.ts';
import type { KubernetesObject } from '../render/object.ts';
import { closed, opened } from './history.ts';
import { type Record, readRecord, writeRecord } from './record.ts';

const KIB = 1024;
const who = { by: 'ada', at: '2026-01-01T00:00:00Z' };

/** An object that does not become smaller by being packed. */
function dense(name: string, bytes: number): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { content: randomBytes(bytes).toString('hex') } };
}

function deployedTimes(times: number, bytes: number): Record {
  let record: Record | undefined;
  for (let time = 1; time <= times; time += 1) record = closed(opened(record, [dense('big', bytes)], who), { is: 'deployed' });
  if (!record) throw new Error('one at least');
  return record;
}

describe('a record', () => {
  it('is read as it was written, from a Secret of its own type', async () => {
    const api = fakeApi();
    const record = opened(deployedTimes(2, 10), [dense('next', 10)], who);
    await writeRecord('orders', record, api);
    expect(await readRecord('orders', api)).toEqual(record);
    expect(api.objects.get('Secret svc-release-orders')).toMatchObject({ type: 'svckit.dev/release' });
    expect(await readRecord('carts', api)).toBeUndefined();
  });

  it('keeps fewer releases with their objects where they are large, the newest ones', async () => {
    const api = fakeApi();
    await writeRecord('orders', deployedTimes(5, 200 * KIB), api);
    const read = await readRecord('orders', api);
    expect(read?.releases.map(({ revision, objects }) => [revision, objects !== undefined])).toEqual([
      [5, true],
      [4, true],
      [3, true],
      [2, false],
      [1, false],
    ]);
    const { data = {} } = api.objects.get('Secret svc-release-orders') as { data?: { [name: string]: string } };
    const bytes = Object.values(data).reduce((sum, part) => sum + Buffer.from(part, 'base64').length, 0);
    expect(bytes).toBeLessThanOrEqual(1024 * KIB);
  });

  it('is refused with a size where a version does not fit beside the one before', async () => {
    const next = opened(deployedTimes(1, 600 * KIB), [dense('big', 600 * KIB)], who);
    await expect(writeRecord('orders', next, fakeApi())).rejects.toThrow(
      /^The objects of orders are too large: .* which are 1\.\d MiB compressed; a Secret holds 1 MiB$/,
    );
  });

  it('is not written where it could not be read again', async () => {
    const vast = { ...dense('vast', 1), data: { content: 'a'.repeat(40 * KIB * KIB) } };
    await expect(writeRecord('orders', opened(undefined, [vast], who), fakeApi())).rejects.toThrow('too large');
  });

  it('names what to do where somebody has written into it', async () => {
    const api = fakeApi();
    await writeRecord('orders', deployedTimes(1, 10), api);
    const secret = api.objects.get('Secret svc-release-orders') as KubernetesObject & { data: object };
    api.objects.set('Secret svc-release-orders', { ...secret, data: { ...secret.data, current: 'bm9uc2Vuc2U=' } });
    await expect(readRecord('orders', api)).rejects.toMatchObject({
      hint: expect.stringContaining('kubectl delete secret svc-release-orders'),
    });
  });
});
