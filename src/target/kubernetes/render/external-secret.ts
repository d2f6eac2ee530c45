import { metadataOf } from './metadata.ts';
import type { ObjectMeta } from './object.ts';
import { unprovided } from './problem.ts';
import { ADDRESS_KEY, addressOf, allProvided, type Provided, type Source } from './provided.ts';
import type { Scene } from './scene.ts';

/** The part of External Secrets' ExternalSecret that svc writes (external-secrets.io/v1). */
export interface ExternalSecret {
  readonly apiVersion: 'external-secrets.io/v1';
  readonly kind: 'ExternalSecret';
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly refreshInterval: string;
    readonly secretStoreRef: { readonly name: string; readonly kind: string };
    readonly target: {
      readonly name: string;
      readonly template: { readonly engineVersion: 'v2'; readonly data: Readonly<Record<string, string>> };
    };
    readonly data: readonly { readonly secretKey: string; readonly remoteRef: { readonly key: string; readonly property: string } }[];
  };
}

/**
 * An ExternalSecret for each provider whose `secret` has a `remote`: it makes the Secret from what the environment's store holds, and
 * puts the address together there, each part encoded as a URL wants it.
 * @throws SvcError workspace/invalid where the environment names no store
 */
export function externalSecrets(scene: Scene): readonly ExternalSecret[] {
  const remote = allProvided(scene).filter(({ provider }) => provider.secret?.remote !== undefined);
  return [...new Map(remote.map((provided) => [provided.provider.secret?.name, externalSecret(scene, provided)])).values()];
}

function externalSecret(scene: Scene, provided: Provided): ExternalSecret {
  const { secrets } = scene.environment;
  const { name = '', keys = {}, remote = '' } = provided.provider.secret ?? {};
  if (!secrets) {
    throw unprovided(
      provided.where,
      `${scene.environment.name} has no store for what is remote`,
      `Name one under environments.${scene.environment.name}: secrets: { store: vault }`,
    );
  }
  const properties = [...new Set(Object.values(keys))].sort();
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: metadataOf(scene, name),
    spec: {
      refreshInterval: '1h',
      secretStoreRef: { name: secrets.store, kind: secrets.kind },
      target: { name, template: { engineVersion: 'v2', data: { ...asTheyAre(properties), ...address(provided) } } },
      data: properties.map((property) => ({ secretKey: property, remoteRef: { key: remote, property } })),
    },
  };
}

function asTheyAre(properties: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(properties.map((property) => [property, `{{ index . "${property}" }}`]));
}

function address(provided: Provided): Readonly<Record<string, string>> {
  const sources = composedAddress(provided);
  return sources ? { [ADDRESS_KEY]: sources.map(expression).join('') } : {};
}

/** The parts of an address that no key holds as a whole. */
function composedAddress(provided: Provided): readonly Source[] | undefined {
  const keys = provided.provider.secret?.keys ?? {};
  if ('url' in keys || 'uri' in keys) return undefined;
  const sources = addressOf(provided);
  return sources?.some((source) => 'secret' in source) ? sources : undefined;
}

/** `urlquery` writes a space as `+`, which only a query understands. */
function expression(source: Source): string {
  return 'text' in source ? source.text : `{{ index . "${source.key}" | urlquery | replace "+" "%20" }}`;
}
