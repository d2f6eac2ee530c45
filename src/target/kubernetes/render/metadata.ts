import type { ObjectMeta } from './object.ts';
import type { Scene } from './scene.ts';

/** What a pod of the service is for. Services select by it, so that no request goes to a pod of a job. */
export type Component = 'service' | 'job' | 'cron' | 'migration';

/** The labels that select all pods of a service, whatever they are for. */
export function serviceSelector(name: string): { readonly 'app.kubernetes.io/name': string } {
  return { 'app.kubernetes.io/name': name };
}

/** The labels that select the pods of one component. They can never change: a Deployment's selector is immutable. */
export function selectorOf({ service }: Scene, component: Component = 'service'): Record<string, string> {
  return { ...serviceSelector(service.name), 'app.kubernetes.io/component': component };
}

/**
 * Kubernetes' recommended labels (kubernetes.io, "Recommended Labels") and the one by which svc knows its own.
 */
export function labelsOf({ service }: Scene): Record<string, string> {
  return {
    ...serviceSelector(service.name),
    ...(service.version !== undefined && { 'app.kubernetes.io/version': labelValue(service.version) }),
    ...(service.system !== undefined && { 'app.kubernetes.io/part-of': labelValue(service.system) }),
    'app.kubernetes.io/managed-by': 'svc',
    'svckit.dev/service': service.name,
  };
}

/** Name, labels and annotations of an object; the namespace is put in after patches, as kustomize does it. */
export function metadataOf(scene: Scene, name = scene.service.name): ObjectMeta & { labels: Record<string, string> } {
  const { owner, template } = scene.service;
  const annotations = {
    ...(owner !== undefined && { 'svckit.dev/owner': owner }),
    ...(template !== undefined && { 'svckit.dev/template': template }),
  };
  return { name, labels: labelsOf(scene), ...(Object.keys(annotations).length > 0 && { annotations }) };
}

/** A text as Kubernetes takes it for a label: what it forbids becomes a dash. */
function labelValue(text: string): string {
  return text
    .replace(/[^A-Za-z0-9_.-]/g, '-')
    .slice(0, 63)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
}
