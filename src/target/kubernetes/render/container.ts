import type { IContainer } from 'kubernetes-models/v1/Container';
import type { Container, Port, Quantities } from '../../../workload/workload.ts';
import { unrenderable } from './problem.ts';
import type { Scene } from './scene.ts';
import { variablesOf } from './variables.ts';
import { mountsOf } from './volumes.ts';

/** The user of the template's images; kube-score and many platforms want one that no system user shares. */
export const USER = 10_001;

/** Pod Security Standards, "restricted", and a root that nobody can write to. */
const SECURITY = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  privileged: false,
  readOnlyRootFilesystem: true,
  runAsGroup: USER,
  runAsNonRoot: true,
  runAsUser: USER,
};

/** What a container is given where its Score file does not say: a scheduler that knows nothing packs nodes too full. */
const REQUESTED = { cpu: '100m', memory: '128Mi' } as const;
/** Logs and what is written to `/tmp`. */
const STORAGE = { request: '64Mi', limit: '512Mi' } as const;

/** A container without its probes: whether it has some depends on what the pod is for. */
export function containerOf(scene: Scene, container: Container): IContainer {
  const { name, command, args, requests, limits } = container;
  const image = scene.images[name];
  if (image === undefined) throw unrenderable(scene.where(['containers', name]), `${name} has no image`, 'Name one');
  return {
    name,
    image,
    imagePullPolicy: pullPolicyOf(image),
    ...(command && { command: [...command] }),
    ...(args && { args: [...args] }),
    env: [...variablesOf(scene, container).env],
    resources: resourcesOf(requests, limits),
    securityContext: SECURITY,
    volumeMounts: mountsOf(scene, container),
  };
}

/** The ports that a container answers on; all ports of a workload are those of its first container. */
export function containerPorts(ports: readonly Port[]): NonNullable<IContainer['ports']> {
  return ports.map(({ name, targetPort, protocol }) => ({ name: portName(name), containerPort: targetPort, protocol }));
}

/** Kubernetes takes at most 15 characters for the name of a port. */
export function portName(name: string): string {
  return name.slice(0, 15).replace(/-+$/, '');
}

/** A digest always names the same image, so a node that has it need not ask; a tag may have moved. */
function pullPolicyOf(image: string): 'IfNotPresent' | 'Always' {
  return image.includes('@sha256:') ? 'IfNotPresent' : 'Always';
}

function resourcesOf(requests: Quantities | undefined, limits: Quantities | undefined): NonNullable<IContainer['resources']> {
  const memory = requests?.memory ?? (limits?.memory === undefined ? REQUESTED.memory : limits.memory);
  return {
    requests: { cpu: requests?.cpu ?? limits?.cpu ?? REQUESTED.cpu, memory, 'ephemeral-storage': STORAGE.request },
    limits: { ...limits, 'ephemeral-storage': STORAGE.limit },
  };
}
