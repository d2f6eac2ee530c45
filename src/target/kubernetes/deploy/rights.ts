import { SvcError } from '../../../errors.ts';
import type { Api } from '../api/api.ts';
import { recordName } from './record.ts';

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

/** Of the record, by its name: whoever may deploy need not read every Secret. */
const OF_A_RECORD = ['get', 'create', 'patch'] as const;

export interface Right {
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
  /** Of one object alone; of all where there is none. */
  readonly name?: string;
}

/** What is going to be written. */
export interface Written {
  readonly kinds: readonly Pick<Right, 'group' | 'resource'>[];
  readonly services: readonly string[];
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
 * Refuses before anything is changed where a right is missing for any of these kinds, or for the record of any of these services.
 * @throws SvcError cluster/forbidden with all that are missing
 */
export async function requireRights(written: Written, api: Api): Promise<void> {
  const needed = neededFor(written);
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

function neededFor({ kinds, services }: Written): readonly Right[] {
  const records = services.flatMap((service) =>
    OF_A_RECORD.map((verb) => ({ group: '', resource: 'secrets', verb, name: recordName(service) })),
  );
  return [...kinds.flatMap((kind) => VERBS.map((verb) => ({ ...kind, verb }))), ...records, ...BESIDES];
}

async function rulesOf(api: Api): Promise<readonly Rule[]> {
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectRulesReview',
    metadata: { name: '' },
    spec: { namespace: api.namespace },
  };
  const { status } = await api.ask<RulesReview>(review);
  return status?.resourceRules ?? [];
}

async function isAllowed({ group, resource, verb, name }: Right, api: Api): Promise<boolean> {
  const [plural = '', subresource] = resource.split('/');
  const place = { namespace: api.namespace, group, resource: plural, verb };
  const resourceAttributes = { ...place, ...(subresource && { subresource }), ...(name !== undefined && { name }) };
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    metadata: { name: '' },
    spec: { resourceAttributes },
  };
  const { status } = await api.ask<{ readonly status?: { readonly allowed?: boolean } }>(review);
  return status?.allowed === true;
}

function allows({ verbs, apiGroups = [], resources = [], resourceNames = [] }: Rule, { group, resource, verb, name = '' }: Right): boolean {
  if (resourceNames.length > 0 && !resourceNames.includes(name)) return false;
  const has = (list: readonly string[], name: string) => list.includes('*') || list.includes(name);
  return has(verbs, verb) && has(apiGroups, group) && has(resources, resource);
}

/** One line a kind, or an object. */
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

function titleOf({ group, resource, name }: Right): string {
  const kind = group === '' ? resource : `${resource}.${group}`;
  return name === undefined ? kind : `${kind} ${name}`;
}
