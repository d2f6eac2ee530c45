import type { IServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import { metadataOf } from './metadata.ts';
import type { Scene } from './scene.ts';

/** Who the service is in the cluster. It gets no token: a service that speaks to the API server is given one by a patch. */
export function serviceAccount(scene: Scene): IServiceAccount {
  const { pullSecret } = scene.environment;
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: metadataOf(scene),
    automountServiceAccountToken: false,
    ...(pullSecret !== undefined && { imagePullSecrets: [{ name: pullSecret }] }),
  };
}
