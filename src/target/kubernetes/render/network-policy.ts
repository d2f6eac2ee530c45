import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import type { INetworkPolicyEgressRule } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicyEgressRule';
import type { INetworkPolicyIngressRule } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicyIngressRule';
import type { INetworkPolicyPeer } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicyPeer';
import type { Workload } from '../../../workload/workload.ts';
import { calleesOf } from './callee.ts';
import { routesOf } from './http-route.ts';
import { metadataOf, serviceSelector } from './metadata.ts';
import { peerOfHost, peerOfResource } from './peer.ts';
import { allProvided } from './provided.ts';
import type { Scene } from './scene.ts';

/** Cluster DNS as every distribution labels it. */
const DNS = { namespace: 'kube-system', pods: { 'k8s-app': 'kube-dns' } } as const;

/**
 * Closes the service's pods both ways, but for who calls it, what it calls, the gateway where it has a route, the monitoring where
 * there is one, and DNS. It names all pods of the service, those of jobs and migrations too.
 */
export function networkPolicy(scene: Scene): INetworkPolicy {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadataOf(scene),
    spec: {
      podSelector: { matchLabels: serviceSelector(scene.service.name) },
      policyTypes: ['Ingress', 'Egress'],
      ingress: ingressOf(scene),
      egress: egressOf(scene),
    },
  };
}

function ingressOf(scene: Scene): INetworkPolicyIngressRule[] {
  const { monitoring, gateway, namespace } = scene.environment;
  const ports = scene.workload.ports.map(({ targetPort, protocol }) => ({ port: targetPort, protocol }));
  if (ports.length === 0) return [];
  const exposed = gateway && routesOf(scene).length > 0;
  const from: INetworkPolicyPeer[] = [
    ...callersOf(scene).map((name) => ({ podSelector: { matchLabels: serviceSelector(name) } })),
    ...(exposed ? [inNamespace(gateway.pods ?? gateway.namespace ?? namespace)] : []),
    ...(monitoring ? [inNamespace(monitoring.namespace)] : []),
  ];
  // An empty list of peers would mean everybody.
  return from.length === 0 ? [] : [{ from, ports }];
}

/** The services of the workspace whose Score files name this one. */
function callersOf({ neighbours, service }: Scene): readonly string[] {
  const calls = (workload: Workload) =>
    workload.resources.some(({ type, id, name }) => type === 'service' && (id ?? name) === service.name);
  return [...neighbours].flatMap(([name, workload]) => (calls(workload) ? [name] : [])).sort();
}

function egressOf(scene: Scene): INetworkPolicyEgressRule[] {
  const { environment } = scene;
  const callees = calleesOf(scene).map(({ name, namespace, podPort }): INetworkPolicyEgressRule => {
    const podSelector = { matchLabels: { ...serviceSelector(name) } };
    const to = namespace === environment.namespace ? { podSelector } : { ...inNamespace(namespace), podSelector };
    return { to: [to], ports: [{ port: podPort, protocol: 'TCP' }] };
  });
  return [
    dns(),
    ...callees,
    ...allProvided(scene).flatMap((provided) => peerOfResource(scene, provided) ?? []),
    ...(environment.traces === undefined ? [] : [collector(environment.traces, environment.namespace)]),
  ];
}

function dns(): INetworkPolicyEgressRule {
  const to = [{ ...inNamespace(DNS.namespace), podSelector: { matchLabels: { ...DNS.pods } } }];
  return {
    to,
    ports: [
      { port: 53, protocol: 'UDP' },
      { port: 53, protocol: 'TCP' },
    ],
  };
}

function collector(url: string, namespace: string): INetworkPolicyEgressRule {
  const { hostname, port, protocol } = new URL(url);
  return { ...peerOfHost(hostname, namespace), ports: [{ port: Number(port) || (protocol === 'https:' ? 443 : 80), protocol: 'TCP' }] };
}

function inNamespace(name: string): INetworkPolicyPeer {
  return { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } };
}
