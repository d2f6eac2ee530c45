import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { metadataOf } from './metadata.ts';
import type { Scene } from './scene.ts';

/** Percent of the requested CPU: room for what comes while a new pod starts. */
const BUSY = 70;

/** Sets how many pods there are; undefined where the environment fixes their number. */
export function autoscaler(scene: Scene): IHorizontalPodAutoscaler | undefined {
  const { min, max } = scene.environment.replicas;
  if (min === max) return undefined;
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: metadataOf(scene),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: scene.service.name },
      minReplicas: min,
      maxReplicas: max,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: BUSY } } }],
    },
  };
}
