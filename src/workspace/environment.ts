import { join } from 'node:path';
import { decode } from '../document/decode.ts';
import { parseYaml } from '../document/yaml.ts';
import { SvcError } from '../errors.ts';
import type { FileSystem } from '../runtime/runtime.ts';
import { type ClusterSource, type EnvironmentSource, type Provider, workspaceSchema } from './environment-schema.ts';

export const WORKSPACE_FILE = 'svc.yaml';

/** An environment that svc can put services into, as `svc.yaml` describes it. */
export type Environment = LocalEnvironment | ComposeEnvironment | ClusterEnvironment;

interface Named {
  readonly name: string;
  /** File and line of the value at this path within the environment: `svc.yaml:7`. */
  where(path: readonly string[]): string;
}

export interface LocalEnvironment extends Named {
  readonly target: 'local';
}

export interface ComposeEnvironment extends Named {
  readonly target: 'compose';
}

/** A namespace of a Kubernetes cluster, reached directly or through a GitOps repository. */
export interface ClusterEnvironment extends Named {
  readonly target: 'kubernetes' | 'gitops';
  /** Of the kubeconfig; the current one where it is not said. */
  readonly context: string | undefined;
  readonly namespace: string;
  /** Where images are pulled from: `registry.example.com/shop`. */
  readonly registry: string | undefined;
  /** A Secret in the namespace that lets the cluster pull from there. */
  readonly pullSecret: string | undefined;
  /** Services with a route answer to `<service>.<domain>`. */
  readonly domain: string | undefined;
  readonly gateway: ClusterSource['gateway'];
  /** How many instances of each service: a fixed number where both are the same. */
  readonly replicas: { readonly min: number; readonly max: number };
  readonly monitoring: Monitoring | undefined;
  /** Where spans go: the base URL of an OTLP receiver. */
  readonly traces: string | undefined;
  /** The store of External Secrets that holds what `remote` names. */
  readonly secrets: { readonly store: string; readonly kind: string } | undefined;
  /** How each type of resource is provided. */
  readonly resources: Readonly<Record<string, Provider>>;
}

export interface Monitoring {
  /** Where Prometheus runs. */
  readonly namespace: string;
  /** What its operator selects objects by. */
  readonly labels: Readonly<Record<string, string>>;
}

/** One pod may be lost and the service goes on; what more load needs is for the environment to say. */
const REPLICAS = { min: 2, max: 2 } as const;

/**
 * The environments of a workspace in the order of the file; none where there is no `svc.yaml`.
 * @throws SvcError workspace/invalid with file, line and reason of everything that is wrong
 */
export async function readEnvironments(fs: FileSystem, root: string): Promise<readonly Environment[]> {
  return parseEnvironments((await fs.readText(join(root, WORKSPACE_FILE))) ?? '');
}

/**
 * The environments that the text of a `svc.yaml` describes.
 * @throws SvcError as `readEnvironments`
 */
export function parseEnvironments(text: string): readonly Environment[] {
  const source = { text, file: WORKSPACE_FILE, code: 'workspace/invalid' } as const;
  return parseYaml(source).flatMap((document) => {
    const environments = decode(document, workspaceSchema, source)?.environments ?? {};
    return Object.entries(environments).map(([name, given]) => {
      const where = (path: readonly string[]) => `${WORKSPACE_FILE}:${document.lineOf(['environments', name, ...path])}`;
      return environmentOf(given, { name, where });
    });
  });
}

/**
 * The environment of this name; `local` is always there.
 * @throws SvcError input/invalid naming those that there are
 */
export function pickEnvironment(environments: readonly Environment[], name: string): Environment {
  const found = environments.find((environment) => environment.name === name);
  if (found) return found;
  if (name === 'local') return { name, target: 'local', where: () => 'this machine' };
  const names = environments.map((environment) => environment.name);
  throw new SvcError('input/invalid', `There is no environment ${name}`, {
    hint:
      names.length > 0
        ? `${WORKSPACE_FILE} has: ${names.join(', ')}`
        : `Describe it in ${WORKSPACE_FILE} at the root of the workspace: environments: { ${name}: { target: kubernetes, namespace: … } }`,
  });
}

function environmentOf(given: EnvironmentSource, named: Named): Environment {
  return 'namespace' in given ? clusterOf(given, named) : { ...named, target: given.target === 'compose' ? 'compose' : 'local' };
}

function clusterOf(given: ClusterSource, named: Named): ClusterEnvironment {
  const { target, context, namespace, registry, pullSecret, domain, gateway, replicas, traces, resources } = given;
  return {
    ...named,
    target,
    context,
    namespace,
    registry: registry?.replace(/\/$/, ''),
    pullSecret,
    domain,
    gateway,
    replicas: replicas ?? REPLICAS,
    monitoring: monitoringOf(given.monitoring),
    traces: traces?.replace(/\/$/, ''),
    secrets: given.secrets && { store: given.secrets.store, kind: given.secrets.kind ?? 'ClusterSecretStore' },
    resources: resources ?? {},
  };
}

function monitoringOf(given: ClusterSource['monitoring']): Monitoring | undefined {
  if (!given || given.type === 'none') return undefined;
  return { namespace: given.namespace ?? 'monitoring', labels: given.labels ?? {} };
}
