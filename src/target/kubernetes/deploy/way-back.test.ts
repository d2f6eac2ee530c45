import { expect, it } from 'vitest';
import type { Cause } from '../verdict/cause.ts';
import { noWayBack } from './way-back.ts';

const labels = { 'app.kubernetes.io/component': 'migration' };
const plan = {
  groups: [
    [{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'orders' } }],
    [{ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'm' }, spec: { template: { metadata: { labels } } } }],
    [{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'orders' } }],
  ],
  oneWay: [{ file: '0002_drop.sql', does: ['takes away users.email', 'renames users.age'] }],
};
const cause = (reason: Cause['reason']): Cause => ({ reason, object: 'pod/m-1', message: '', hint: '', final: true });

it('is closed by a migration that has begun, for all that comes after it', () => {
  const why = '0002_drop.sql takes away users.email, renames users.age';
  expect(noWayBack(plan, 1, [cause('crash')])).toBe(why);
  expect(noWayBack(plan, 2, [cause('image')])).toBe(why);
});

it('is open before the migration, where it never ran, and where every migration only adds', () => {
  expect(noWayBack(plan, 0, [])).toBeUndefined();
  expect(noWayBack(plan, 1, [cause('image')])).toBeUndefined();
  expect(noWayBack({ ...plan, oneWay: [] }, 2, [cause('crash')])).toBeUndefined();
});
