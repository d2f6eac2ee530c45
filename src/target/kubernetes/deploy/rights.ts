import { SvcError } from '../../../errors.ts';
import type { Api } from '../api/api.ts';

/** What a deploy does with each kind of object, by what the API server calls it. */
const VERBS = ['get', 'create', 'patch', 'delete'] as const;
/** What a deploy needs besides: pods and what they say are looked at, and the lease is written as a whole. */
const BESIDES: readonly Right[] = [
  { group: '', resource: 'pods', verb: 'list' },
  { group: '', resource: 'pods/log', verb: 'get' },
  { group: '', resource: 'events', verb: 'list' },
  { group: 'apps', resource: 'replicasets', verb: 'list' },
  ...['get', 'create', 'update'].map((verb) => ({ group: 'coordination.k8s.io', resource: 'leases', verb })),
];

export interface Right {
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
}

/** https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-rules-review-v1/ */
interface RulesReview {
  readonly status?: { readonly resourceRules?: readonly Rule[]; readonly incomplete?: boolean };
}

interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

/**
 * Refuses before anything is changed where a right is missing for any of these kinds.
 * @throws SvcError cluster/forbidden with all that are missing
 */
export async function requireRights(kinds: readonly Pick<Right, 'group' | 'resource'>[], api: Api): Promise<void> {
  const needed = [...kinds.flatMap((kind) => VERBS.map((verb) => ({ ...kind, verb }))), ...BESIDES];
  const rules = await rulesOf(api);
  const unsure = needed.filter((right) => !rules.some((rule) => allows(rule, right)));
  // Rules do not tell everything: some authorisers are asked for each right alone.
  const missing = (await Promise.all(unsure.map(async (right) => ((await isAllowed(right, api)) ? [] : [right])))).flat();
  if (missing.length === 0) return;
  throw new SvcError(
    'cluster/forbidden',
    `Nothing was changed: in the namespace ${api.namespace} these rights are missing:\n${listed(missing)}`,
    {
      hint: 'Ask for a Role with them, or use another context',
    },
  );
}

async function rulesOf(api: Api): Promise<readonly Rule[]> {
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectRulesReview',
    metadata: { name: '' },
    spec: { namespace: api.namespace },
  };
  const { status } = await api.ask<RulesReview>(review);
  return (status?.resourceRules ?? []).filter(({ resourceNames = [] }) => resourceNames.length === 0);
}

async function isAllowed({ group, resource, verb }: Right, api: Api): Promise<boolean> {
  const [name = '', subresource] = resource.split('/');
  const resourceAttributes = { namespace: api.namespace, group, resource: name, verb, ...(subresource && { subresource }) };
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    metadata: { name: '' },
    spec: { resourceAttributes },
  };
  const { status } = await api.ask<{ readonly status?: { readonly allowed?: boolean } }>(review);
  return status?.allowed === true;
}

function allows({ verbs, apiGroups = [], resources = [] }: Rule, { group, resource, verb }: Right): boolean {
  const has = (list: readonly string[], name: string) => list.includes('*') || list.includes(name);
  return has(verbs, verb) && has(apiGroups, group) && has(resources, resource);
}

/** One line a kind. */
function listed(rights: readonly Right[]): string {
  const kinds = [...new Set(rights.map(titleOf))];
  return kinds
    .map(
      (kind) =>
        `  ${kind}: ${rights
          .filter((right) => titleOf(right) === kind)
          .map(({ verb }) => verb)
          .join(', ')}`,
    )
    .join('\n');
}

function titleOf({ group, resource }: Right): string {
  return group === '' ? resource : `${resource}.${group}`;
}
