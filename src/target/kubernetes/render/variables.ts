import type { IEnvVar } from 'kubernetes-models/v1/EnvVar';
import type { Container } from '../../../workload/workload.ts';
import { resolved } from './placeholder.ts';
import type { Source } from './provided.ts';
import type { Scene } from './scene.ts';

/** A key of a Secret, as a file in the container. */
export interface SecretFile {
  readonly secret: string;
  readonly key: string;
}

export interface ContainerVariables {
  readonly env: readonly IEnvVar[];
  /** What is mounted for variables of the form `X_FILE`. */
  readonly secretFiles: readonly SecretFile[];
}

/** Where Secrets are mounted. */
export const SECRETS_FOLDER = '/run/secrets';

/** The file that a key of a Secret is in. */
export function secretPath({ secret, key }: SecretFile): string {
  return `${SECRETS_FOLDER}/${secret}/${key}`;
}

/**
 * The environment of a container. A value that is a secret as a whole is given as a file, by the service contract's `X_FILE`; one that
 * is put together of a secret and other text can only be put together by the kubelet, from variables that it takes from the Secret.
 */
export function variablesOf(scene: Scene, container: Container): ContainerVariables {
  const declared = Object.entries(container.variables).map(([name, value]) => {
    return variable(name, resolved(scene, value, ['containers', container.name, 'variables', name]));
  });
  const names = new Set(declared.flatMap(({ env }) => env.map(({ name }) => name)));
  const contract = contractVariables(scene).filter(({ name }) => !names.has(name));
  return { env: [...contract, ...declared.flatMap(({ env }) => env)], secretFiles: declared.flatMap(({ secretFiles }) => secretFiles) };
}

function variable(name: string, sources: readonly Source[]): ContainerVariables {
  const [only, ...more] = sources;
  if (only && 'secret' in only && more.length === 0) {
    return { env: [{ name: `${name}_FILE`, value: secretPath(only) }], secretFiles: [only] };
  }
  const parts = sources.map((source, index) => ('text' in source ? source : { ...source, name: `${name}_PART_${index}` }));
  const secrets = parts.flatMap((part): IEnvVar[] =>
    'text' in part ? [] : [{ name: part.name, valueFrom: { secretKeyRef: { name: part.secret, key: part.key } } }],
  );
  const value = parts.map((part) => ('text' in part ? literal(part.text) : `$(${part.name})`)).join('');
  return { env: [...secrets, { name, value }], secretFiles: [] };
}

/** The kubelet replaces `$(NAME)` in values; `$$` keeps it from that. */
function literal(text: string): string {
  return text.replaceAll('$(', '$$$$(');
}

/** What the service contract lets the place say: who the service is, and where its spans go. */
function contractVariables({ service, environment }: Scene): readonly IEnvVar[] {
  const attributes = [
    ...(service.version === undefined ? [] : [`service.version=${encodeURIComponent(service.version)}`]),
    `deployment.environment.name=${environment.name}`,
    `k8s.namespace.name=${environment.namespace}`,
    'k8s.pod.name=$(POD_NAME)',
  ];
  return [
    { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    { name: 'OTEL_SERVICE_NAME', value: service.name },
    { name: 'OTEL_RESOURCE_ATTRIBUTES', value: attributes.join(',') },
    ...(environment.traces === undefined ? [] : [{ name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: environment.traces }]),
  ];
}
