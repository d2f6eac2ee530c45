import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import { metadataOf, selectorOf } from './metadata.ts';
import { servicePod } from './pod.ts';
import type { Scene } from './scene.ts';

/** Seconds without progress after which Kubernetes calls a rollout failed; a start may take two minutes, an image some more. */
const PROGRESS_SECONDS = 300;
/** Seconds that a new pod must have been ready before an old one goes. */
const READY_SECONDS = 5;

/**
 * What keeps a service running. A new pod is added before an old one goes, so a rollout never takes capacity away. There are no
 * `replicas` where an autoscaler sets them.
 */
export function deployment(scene: Scene): IDeployment {
  const { min, max } = scene.environment.replicas;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadataOf(scene),
    spec: {
      ...(min === max && { replicas: min }),
      revisionHistoryLimit: 5,
      progressDeadlineSeconds: PROGRESS_SECONDS,
      minReadySeconds: READY_SECONDS,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } },
      selector: { matchLabels: selectorOf(scene) },
      template: servicePod(scene),
    },
  };
}
