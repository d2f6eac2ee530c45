import type { KubernetesObject } from '../render/object.ts';
import type { DeployPlan } from './deploy.ts';
import type { PlannedObject } from './plan.ts';

/** An object of a service that is as small as can be. */
export const fakeObject: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'orders', namespace: 'shop' },
  spec: { template: { spec: { containers: [{ name: 'main', image: 'registry.test/orders:2' }] } } },
};

/** A plan of one service with one object, which it would change unless said otherwise. */
export function fakePlan(planned: Partial<PlannedObject> = {}, { revision = 3 }: { readonly revision?: number } = {}): DeployPlan {
  const object = planned.object ?? fakeObject;
  const change: PlannedObject = {
    object,
    change: 'change',
    fields: [{ path: 'spec.replicas', from: 2, to: 3 }],
    conflicts: [],
    against: { uid: 'a1', resourceVersion: '10' },
    healer: undefined,
    ...planned,
  };
  const record = { phase: 'deployed', revision, by: 'ada', at: '', current: [], lastGood: undefined, inventory: [], releases: [] } as const;
  return {
    context: 'test',
    namespace: 'shop',
    namespaceUid: 'n1',
    services: [{ service: 'orders', objects: [change], groups: [[object]], record, oneWay: [] }],
  };
}
