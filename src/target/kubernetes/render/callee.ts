import * as v from 'valibot';
import type { Resource } from '../../../workload/workload.ts';
import { unrenderable } from './problem.ts';
import type { Scene } from './scene.ts';

/** A service that is called, by cluster DNS. */
export interface Callee {
  readonly name: string;
  readonly namespace: string;
  /** Of its Service. */
  readonly port: number;
  /** Of its pods: what a network policy lets through. */
  readonly podPort: number;
}

/** The port that the service contract gives every service, and the one of the Service before it. */
const CONTRACT = { port: 80, podPort: 8080 } as const;

const params = v.strictObject({ namespace: v.optional(v.string()), port: v.optional(v.number()), podPort: v.optional(v.number()) });

/**
 * The service that a resource of type `service` names. One of the workspace is known by its own Score file; of another one, the
 * resource's `params` say what differs from the service contract.
 * @throws SvcError workload/invalid
 */
export function calleeOf(scene: Scene, resource: Resource): Callee {
  const given = v.safeParse(params, resource.params);
  if (!given.success) {
    const [issue] = given.issues;
    const where = scene.where(['resources', resource.name, 'params']);
    throw unrenderable(
      where,
      `${v.getDotPath(issue) ?? 'params'}: ${issue.message}`,
      'A service takes the params namespace, port and podPort',
    );
  }
  const name = resource.id ?? resource.name;
  const known = scene.neighbours.get(name)?.ports.find(({ protocol }) => protocol === 'TCP');
  const { namespace = scene.environment.namespace, port = known?.port, podPort = known?.targetPort } = given.output;
  return { name, namespace, port: port ?? CONTRACT.port, podPort: podPort ?? CONTRACT.podPort };
}

/** The services that a service calls. */
export function calleesOf(scene: Scene): readonly Callee[] {
  const { resources } = scene.environment;
  return scene.workload.resources
    .filter(({ type }) => type === 'service' && !resources['service'])
    .map((resource) => calleeOf(scene, resource));
}

/** `http://products`, with what must be said of namespace and port. */
export function callUrl({ name, namespace, port }: Callee, own: string): string {
  return `http://${hostOf({ name, namespace }, own)}${port === 80 ? '' : `:${port}`}`;
}

/** The shortest name that cluster DNS resolves from the own namespace. */
export function hostOf({ name, namespace }: Pick<Callee, 'name' | 'namespace'>, own: string): string {
  return namespace === own ? name : `${name}.${namespace}`;
}
