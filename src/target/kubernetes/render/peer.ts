import type { INetworkPolicyEgressRule } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicyEgressRule';
import { unprovided } from './problem.ts';
import { outputOf, type Provided } from './provided.ts';
import { RESOURCE_TYPES } from './resource-type.ts';
import type { Scene } from './scene.ts';

/**
 * What lets a service reach a resource: what the provider's `network` says, else what its host tells. Undefined for what is not
 * reached over the network.
 * @throws SvcError workspace/invalid where the port is not known
 */
export function peerOfResource(scene: Scene, provided: Provided): INetworkPolicyEgressRule | undefined {
  const { provider, resource, where } = provided;
  const { network } = provider;
  if (resource.type === 'volume' || resource.type === 'route' || resource.type === 'dns') return undefined;
  const host = knownText(provided, 'host');
  const port = network?.port ?? Number(knownText(provided, 'port') ?? RESOURCE_TYPES[resource.type]?.port);
  if (!network && !host && provider.scheme === undefined && !RESOURCE_TYPES[resource.type]) return undefined;
  if (!Number.isInteger(port)) {
    throw unprovided(
      where,
      `the port of ${resource.type} is not known, and the network policy needs it`,
      'Say it: network: { port: 1234 }',
    );
  }
  const to =
    network && (network.namespace ?? network.pods ?? network.cidr) ? peerOfNetwork(network) : peerOfHost(host, scene.environment.namespace);
  return { ...to, ports: [{ port, protocol: 'TCP' }] };
}

type Peers = Pick<INetworkPolicyEgressRule, 'to'>;

function peerOfNetwork({ namespace, pods, cidr }: NonNullable<Provided['provider']['network']>): Peers {
  if (cidr !== undefined) return { to: [{ ipBlock: { cidr } }] };
  return {
    to: [
      {
        ...(namespace !== undefined && { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } }),
        podSelector: pods ? { matchLabels: { ...pods } } : {},
      },
    ],
  };
}

/**
 * What a host name tells of where the pods are: an address is one, a name of cluster DNS says the namespace, and behind any other
 * name may be any address, since a network policy knows no names.
 */
export function peerOfHost(host: string | undefined, own: string): Peers {
  if (host === undefined) return {};
  const address = host.replace(/^\[|\]$/g, '');
  if (/^\d+(\.\d+){3}$/.test(address)) return { to: [{ ipBlock: { cidr: `${address}/32` } }] };
  if (address.includes(':')) return { to: [{ ipBlock: { cidr: `${address}/128` } }] };
  const labels = host
    .replace(/\.$/, '')
    .replace(/\.cluster\.local$/, '')
    .replace(/\.svc$/, '')
    .split('.');
  const inCluster = labels.length === 1 || labels.length === 2 || host !== labels.join('.');
  if (!inCluster) return {};
  return { to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': labels.at(1) ?? own } } }] };
}

function knownText(provided: Provided, output: string): string | undefined {
  const [only, ...more] = outputOf(provided, output) ?? [];
  return only && 'text' in only && more.length === 0 ? only.text : undefined;
}
