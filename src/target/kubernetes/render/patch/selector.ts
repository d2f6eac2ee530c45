import type { KubernetesObject } from '../object.ts';

/** Which objects a patch is for, as kustomize's `target` says it: what is not said matches everything. */
export interface Target {
  readonly group?: string | undefined;
  readonly version?: string | undefined;
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly annotationSelector?: string | undefined;
}

/** Group, version, kind and name are regular expressions that must match as a whole. */
export function isTargeted({ apiVersion, kind, metadata }: KubernetesObject, target: Target): boolean {
  const { group, version } = groupVersion(apiVersion);
  return (
    matches(target.group, group) &&
    matches(target.version, version) &&
    matches(target.kind, kind) &&
    matches(target.name, metadata.name) &&
    isSelected(metadata.labels ?? {}, target.labelSelector) &&
    isSelected(metadata.annotations ?? {}, target.annotationSelector)
  );
}

/** `apps/v1` is group and version; `v1` alone is of the core group, which has no name. */
export function groupVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const at = apiVersion.lastIndexOf('/');
  return { group: apiVersion.slice(0, Math.max(at, 0)), version: apiVersion.slice(at + 1) };
}

function matches(pattern: string | undefined, text: string): boolean {
  return pattern === undefined || pattern === '' || new RegExp(`^(?:${pattern})$`).test(text);
}

/** Kubernetes' label selectors: `a=b`, `a!=b`, `a in (b, c)`, `a notin (b)`, `a`, `!a`, joined by commas. */
function isSelected(values: Readonly<Record<string, string>>, selector: string | undefined): boolean {
  return (selector ?? '').split(/,(?![^(]*\))/).every((requirement) => requirement.trim() === '' || isMet(values, requirement.trim()));
}

function isMet(values: Readonly<Record<string, string>>, requirement: string): boolean {
  const [, key = '', operator = '', rest = ''] = /^!?\s*([^\s=!()]+)\s*(==?|!=|in|notin)?\s*(.*)$/.exec(requirement) ?? [];
  const value = Object.hasOwn(values, key) ? values[key] : undefined;
  if (operator === '') return requirement.startsWith('!') ? value === undefined : value !== undefined;
  const wanted = rest
    .replace(/^\(|\)$/g, '')
    .split(',')
    .map((each) => each.trim());
  const found = value !== undefined && wanted.includes(value);
  return operator === '!=' || operator === 'notin' ? !found : found;
}
