import { describe, expect, it } from 'vitest';
import { titleOf } from '../render/object.ts';
import { isRemovable, type Live, namesOf, strangerBehind, without } from './inventory.ts';

const live = (metadata: Partial<Live['metadata']>): Live => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'orders', ...metadata },
});
const own = { managedFields: [{ manager: 'svckit' }] };

describe('an inventory', () => {
  it('names each object once, whatever the version of its API', () => {
    const later = { ...live({}), apiVersion: 'apps/v2' };
    expect(namesOf([live({}), later, live({ name: 'carts' })])).toHaveLength(2);
    expect(without([live({}), live({ name: 'carts' })], [later]).map(titleOf)).toEqual(['Deployment carts']);
  });

  it('tells kinds of the same name in different groups apart', () => {
    const mesh = { ...live({}), apiVersion: 'example.com/v1' };
    expect(namesOf([live({}), mesh])).toHaveLength(2);
  });
});

describe('an object of another owner', () => {
  it('is one that svc never wrote to: whoever did is named', () => {
    expect(strangerBehind(live({ managedFields: [{ manager: 'kubectl' }, { manager: 'helm' }, { manager: 'kubectl' }] }))).toBe(
      'kubectl, helm',
    );
    expect(strangerBehind(live({}))).toBe('somebody else');
    expect(strangerBehind(live(own))).toBeUndefined();
    expect(strangerBehind(live({ labels: { 'app.kubernetes.io/managed-by': 'svc' } }))).toBeUndefined();
  });

  it('is not taken away, nor one that another has taken over by now', () => {
    expect(isRemovable(live(own))).toBe(true);
    expect(isRemovable(live({}))).toBe(false);
    expect(isRemovable(live({ ...own, labels: { 'app.kubernetes.io/managed-by': 'Helm' } }))).toBe(false);
    expect(isRemovable(live({ ...own, ownerReferences: [{}] }))).toBe(false);
  });
});
