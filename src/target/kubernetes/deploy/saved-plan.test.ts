import { vol } from 'memfs';
import { describe, expect, it } from 'vitest';
import { fakePlan } from './fake-plan.ts';
import { movedSince } from './moved.ts';
import { parsedPlan, printed, savedFrom, savePlan } from './saved-plan.ts';

const origin = { environment: { name: 'staging', context: 'test' }, calls: new Map([['orders', ['products']]]) };
const later = { uid: 'a1', resourceVersion: '11' };
const saved = savedFrom(fakePlan(), origin, new Date(0));

describe('a saved plan', () => {
  it('holds all that is needed to carry it out elsewhere', () => {
    const read = parsedPlan(printed(saved), 'plan.json');
    expect(read).toEqual(JSON.parse(JSON.stringify(saved)));
    expect(read).toMatchObject({
      environment: 'staging',
      context: 'test',
      services: [
        { service: 'orders', calls: ['products'], images: ['registry.test/orders:2'], record: { revision: 3, phase: 'deployed' } },
      ],
    });
  });

  it.each([
    ['that was cut off', (text: string) => text.slice(0, -20), 'it is not whole, or no JSON'],
    ['that was changed by hand', (text: string) => text.replace('orders:2', 'orders:3'), 'it was changed after it was made'],
    ['of a newer svc', (text: string) => text.replace('svckit.dev/v1', 'svckit.dev/v2'), 'it is in version svckit.dev/v2'],
    ['that is something else', () => '[]', 'it is no plan of a deploy'],
  ])('is refused where it is a file %s', (_, spoil, why) => {
    expect(() => parsedPlan(spoil(printed(saved)), 'plan.json')).toThrow(`plan.json cannot be carried out: ${why}`);
  });

  it('never holds the values of a Secret', async () => {
    const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key' }, data: { key: 'c2VjcmV0' } };
    const runtime = { cwd: '/', now: () => new Date(0), token: () => '' } as never;
    await expect(savePlan(fakePlan({ object }), { ...origin, file: 'plan.json' }, runtime)).rejects.toThrow(
      'A plan with Secret key cannot be saved',
    );
    expect(vol.toJSON()).toEqual({});
  });
});

describe('a saved plan may be carried out', () => {
  it('where nothing has moved', () => expect(movedSince(saved, fakePlan())).toEqual([]));

  it('where an object has moved, but the plan would do the same to it', () =>
    expect(movedSince(saved, fakePlan({ against: { uid: 'a1', resourceVersion: '11' } }))).toEqual([]));

  it.each([
    [
      'a field has another value',
      fakePlan({ against: later, fields: [{ path: 'spec.replicas', from: 5, to: 3 }] }),
      'Deployment orders  spec.replicas: 2 when planned, 5 now',
    ],
    [
      'the change is there already',
      fakePlan({ against: later, change: 'same', fields: [] }),
      'Deployment orders  spec.replicas: 2 when planned, 3 now',
    ],
    [
      'another field would change',
      fakePlan({
        against: later,
        fields: [
          { path: 'spec.replicas', from: 2, to: 3 },
          { path: 'spec.paused', from: true, to: undefined },
        ],
      }),
      'Deployment orders  spec.paused: (none) when planned, true now',
    ],
    [
      'the object is gone',
      fakePlan({ against: undefined, change: 'create', fields: [] }),
      'Deployment orders: it was there when planned, it is gone now',
    ],
    [
      'it is another object of that name',
      fakePlan({ against: { uid: 'b2', resourceVersion: '12' } }),
      'Deployment orders: it was taken away and made again since',
    ],
    ['somebody has deployed', fakePlan({}, { revision: 4 }), 'orders: revision 3, deployed when planned; revision 4, deployed by ada now'],
    [
      'it is another cluster',
      { ...fakePlan(), namespaceUid: 'n2' },
      'the namespace shop in test is another one: another cluster, or it was made anew',
    ],
  ])('but not where %s', (_, now, line) => expect(movedSince(saved, now)).toEqual([line]));
});
