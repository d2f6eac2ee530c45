import type { KubernetesObject } from '../render/object.ts';

interface PodSpec {
  readonly containers?: readonly { readonly image?: string }[];
}

interface WithTemplate {
  readonly template?: { readonly spec?: PodSpec };
  readonly jobTemplate?: { readonly spec?: { readonly template?: { readonly spec?: PodSpec } } };
}

/** The images that the pods of these objects run, each once; the workload's before those of a migration. */
export function imagesIn(objects: readonly KubernetesObject[]): readonly string[] {
  const last = (object: KubernetesObject) => (object.kind === 'Job' ? 1 : 0);
  return [...new Set(objects.toSorted((a, b) => last(a) - last(b)).flatMap(imagesOf))];
}

function imagesOf({ spec }: KubernetesObject): readonly string[] {
  const { template, jobTemplate } = (spec ?? {}) as WithTemplate;
  const pod = template?.spec ?? jobTemplate?.spec?.template?.spec;
  return (pod?.containers ?? []).flatMap(({ image }) => image ?? []);
}
