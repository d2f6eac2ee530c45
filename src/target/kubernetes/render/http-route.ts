import * as v from 'valibot';
import type { Resource } from '../../../workload/workload.ts';
import { metadataOf } from './metadata.ts';
import type { ObjectMeta } from './object.ts';
import { publicHost, resolvedText } from './placeholder.ts';
import { unrenderable } from './problem.ts';
import type { Scene } from './scene.ts';

/** The part of Gateway API's HTTPRoute that svc writes (gateway.networking.k8s.io/v1). */
export interface HttpRoute {
  readonly apiVersion: 'gateway.networking.k8s.io/v1';
  readonly kind: 'HTTPRoute';
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly parentRefs: readonly { readonly name: string; readonly namespace?: string; readonly sectionName?: string }[];
    readonly hostnames: readonly string[];
    readonly rules: readonly {
      readonly matches: readonly { readonly path: { readonly type: 'PathPrefix'; readonly value: string } }[];
      readonly backendRefs: readonly { readonly name: string; readonly port: number }[];
    }[];
  };
}

const params = v.strictObject({
  host: v.optional(v.string()),
  path: v.optional(v.pipe(v.string(), v.startsWith('/', 'expected a path'))),
  port: v.optional(v.number()),
});

/** The resources of a service that ask for a public address. */
export function routesOf({ workload }: Scene): readonly Resource[] {
  return workload.resources.filter(({ type }) => type === 'route');
}

/**
 * A route for each resource of type `route`, on the environment's gateway; none where it has no gateway.
 * @throws SvcError workload/invalid where the route or its port is not one
 */
export function httpRoutes(scene: Scene): readonly HttpRoute[] {
  const { gateway, namespace } = scene.environment;
  if (!gateway) return [];
  const parent = {
    name: gateway.name,
    ...(gateway.namespace !== undefined && gateway.namespace !== namespace && { namespace: gateway.namespace }),
    ...(gateway.section !== undefined && { sectionName: gateway.section }),
  };
  return routesOf(scene).map((resource) => {
    const { hostname, path, port } = ruleOf(scene, resource);
    return {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: metadataOf(scene, `${scene.service.name}-${resource.name}`),
      spec: {
        parentRefs: [parent],
        hostnames: [hostname],
        rules: [{ matches: [{ path: { type: 'PathPrefix', value: path } }], backendRefs: [{ name: scene.service.name, port }] }],
      },
    };
  });
}

function ruleOf(scene: Scene, resource: Resource): { readonly hostname: string; readonly path: string; readonly port: number } {
  const at = ['resources', resource.name, 'params'];
  const given = v.safeParse(params, resource.params);
  if (!given.success) {
    const [issue] = given.issues;
    throw unrenderable(
      scene.where(at),
      `${v.getDotPath(issue) ?? 'params'}: ${issue.message}`,
      'A route takes the params host, path and port',
    );
  }
  const { host, path = '/', port } = given.output;
  const ports = scene.workload.ports.filter(({ protocol }) => protocol === 'TCP');
  const found = port === undefined ? ports[0] : ports.find((each) => each.port === port);
  if (!found) {
    const there = ports.map((each) => each.port).join(', ');
    throw unrenderable(
      scene.where(at),
      port === undefined ? 'there is no port to route to' : `there is no port ${port}`,
      `service.ports has: ${there || 'none'}`,
    );
  }
  const hostname =
    host === undefined ? publicHost(scene, { id: undefined, name: resource.name }) : resolvedText(scene, host, [...at, 'host']);
  return { hostname, path, port: found.port };
}
