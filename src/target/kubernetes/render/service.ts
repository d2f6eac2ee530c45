import type { IService } from 'kubernetes-models/v1/Service';
import { portName } from './container.ts';
import { metadataOf, selectorOf } from './metadata.ts';
import type { Scene } from './scene.ts';

/** The address of a service inside the cluster, `http://<name>`; undefined where it has no port. */
export function service(scene: Scene): IService | undefined {
  const { ports } = scene.workload;
  if (ports.length === 0) return undefined;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadataOf(scene),
    spec: {
      type: 'ClusterIP',
      selector: selectorOf(scene),
      ports: ports.map(({ name, port, protocol }) => ({
        name: portName(name),
        port,
        targetPort: portName(name),
        protocol,
        ...(/^http(-|$)/.test(name) && { appProtocol: 'http' }),
      })),
    },
  };
}
