import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { metadataOf, selectorOf } from './metadata.ts';
import type { Scene } from './scene.ts';

/** Lets a node be drained one pod at a time. A pod that is not healthy keeps nobody from draining: it serves no one. */
export function disruptionBudget(scene: Scene): IPodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: metadataOf(scene),
    spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow', selector: { matchLabels: selectorOf(scene) } },
  };
}
