/** Any object as it is sent to a cluster. The files beside this one build typed ones; those of operators and of users are only this. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** What messages call an object: `Deployment orders`. */
export function titleOf({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.name}`;
}

/** Kinds of the core groups that belong to no namespace, and what makes kinds: a namespace there would be an error. */
const CLUSTER_WIDE =
  /^(Namespace|Node|PersistentVolume|CustomResourceDefinition|(Cluster|Storage|Priority|Ingress|Runtime|Gateway)\w*(Role|RoleBinding|Class|Store|Issuer))$/;

/** The object in this namespace, unless it has one or belongs to none. */
export function inNamespace(object: KubernetesObject, namespace: string): KubernetesObject {
  if (CLUSTER_WIDE.test(object.kind) || object.metadata.namespace !== undefined) return object;
  const { name, ...rest } = object.metadata;
  return { ...object, metadata: { name, namespace, ...rest } };
}
