import { ConfigError, type ConfigProblem } from '../../config/config.ts';
import { LONGEST_REQUEST_MS } from '../../http/deadline.ts';
import { milliseconds } from './duration.ts';
import type { Read } from './read.ts';
import type {
  BackendRef,
  Filter,
  HeaderChange,
  HttpRoute,
  NameValue,
  PathChange,
  PolicySpec,
  Redirect,
  RouteObject,
  RoutePolicy,
  Rule,
  RuleMatch,
} from './types.ts';

/** Where a request goes, and what is done to it on the way. */
export interface Target {
  /** `orders/0`: the route's name and the rule's place in it. */
  readonly id: string;
  readonly backends: readonly Backend[];
  readonly redirect: Redirect | undefined;
  readonly rewrite: { readonly hostname: string | undefined; readonly path: PathChange | undefined };
  readonly requestHeaders: readonly HeaderChange[];
  readonly responseHeaders: readonly HeaderChange[];
  readonly policy: PolicySpec;
  readonly timeoutMs: number | undefined;
  readonly backendTimeoutMs: number | undefined;
}

export interface Backend {
  readonly name: string;
  readonly weight: number;
}

/** One match of a rule, in the order in which matches are tried. */
export interface Entry {
  readonly path: string;
  readonly exact: boolean;
  readonly method: string | undefined;
  /** Header names in small letters. */
  readonly headers: readonly NameValue[];
  readonly query: readonly NameValue[];
  /** Empty for any host; `*.example.com` for those below. */
  readonly hostnames: readonly string[];
  readonly target: Target;
}

export interface RouteTable {
  readonly entries: readonly Entry[];
  /** The names of all services that requests are sent to. */
  readonly backends: readonly string[];
}

/** A policy of this name holds for every route; what a route's own policy says of the same thing wins. */
const DEFAULT_POLICY = 'default';
const ANY_PATH: RuleMatch = { path: { type: 'PathPrefix', value: '/' } };

/**
 * The routes in the order of precedence that the Gateway API sets: host, exact path, longest prefix, method, most headers, most
 * query parameters, then as they stand in the file.
 * @throws ConfigError with all that is wrong
 */
export function compileRoutes(objects: readonly Read<RouteObject>[]): RouteTable {
  const problems: ConfigProblem[] = [];
  const complain = (variable: string, message: string) => void problems.push({ variable, message });
  const policies = policiesOf(objects, complain);
  const entries = objects.flatMap((read) => (isRoute(read) ? entriesOf(read, policies, complain) : []));
  if (problems.length > 0) throw new ConfigError(problems);
  const backends = new Set(entries.flatMap(({ target }) => target.backends.map(({ name }) => name)));
  return { entries: entries.toSorted(byPrecedence), backends: [...backends].sort() };
}

type Complain = (where: string, message: string) => void;
type Policies = ReadonlyMap<string, PolicySpec>;

function isRoute(read: Read<RouteObject>): read is Read<HttpRoute> {
  return read.object.kind === 'HTTPRoute';
}

function policiesOf(objects: readonly Read<RouteObject>[], complain: Complain): Policies {
  const policies = new Map<string, PolicySpec>();
  for (const { object, where } of objects as readonly Read<RoutePolicy>[]) {
    if (object.kind !== 'RoutePolicy') continue;
    if (policies.has(object.metadata.name)) complain(where(['metadata', 'name']), `there is another policy ${object.metadata.name}`);
    policies.set(object.metadata.name, object.spec);
  }
  return policies;
}

function entriesOf({ object, where }: Read<HttpRoute>, policies: Policies, complain: Complain): readonly Entry[] {
  const { hostnames = [], rules } = object.spec;
  return rules.flatMap((rule, index) => {
    const at = (...path: readonly (string | number)[]) => where(['spec', 'rules', index, ...path]);
    checkRule(rule, at, complain);
    const target = targetOf(`${object.metadata.name}/${index}`, rule, policyOf(rule, { policies, at, complain }));
    return (rule.matches ?? [ANY_PATH]).map((match) => ({ ...entryOf(match), hostnames, target }));
  });
}

type At = (...path: readonly (string | number)[]) => string;

function checkRule(rule: Rule, at: At, complain: Complain): void {
  const filters = rule.filters ?? [];
  const redirects = filters.some(({ type }) => type === 'RequestRedirect');
  if (!redirects && !rule.backendRefs) complain(at(), 'a rule needs backendRefs or a RequestRedirect');
  if (redirects && rule.backendRefs) complain(at('backendRefs'), 'a rule that redirects sends nothing to a backend');
  if (rule.backendRefs?.every(({ weight }) => weight === 0)) complain(at('backendRefs'), 'all weights are 0');
  for (const [name, duration] of Object.entries(rule.timeouts ?? {}))
    if (milliseconds(duration) < 1 || milliseconds(duration) > LONGEST_REQUEST_MS)
      complain(at('timeouts', name), 'must be above 0 and at most 30s');
  for (const type of ['URLRewrite', 'RequestRedirect'])
    if (filters.filter((filter) => filter.type === type).length > 1) complain(at('filters'), `${type} is given twice`);
  const prefixes = (rule.matches ?? [ANY_PATH]).every(({ path }) => path?.type !== 'Exact');
  for (const [index, filter] of filters.entries())
    if (pathChange(filter)?.type === 'ReplacePrefixMatch' && !prefixes)
      complain(at('filters', index), 'ReplacePrefixMatch needs matches by PathPrefix');
}

function pathChange(filter: Filter): PathChange | undefined {
  if (filter.type === 'URLRewrite') return filter.urlRewrite.path;
  return filter.type === 'RequestRedirect' ? filter.requestRedirect.path : undefined;
}

function policyOf(
  rule: Rule,
  { policies, at, complain }: { readonly policies: Policies; readonly at: At; readonly complain: Complain },
): PolicySpec {
  const own: Record<string, unknown> = {};
  for (const [index, filter] of (rule.filters ?? []).entries()) {
    if (filter.type !== 'ExtensionRef') continue;
    const { name } = filter.extensionRef;
    const policy = policies.get(name);
    if (!policy) complain(at('filters', index, 'extensionRef', 'name'), `there is no RoutePolicy ${name}`);
    for (const [section, value] of Object.entries(policy ?? {})) {
      if (Object.hasOwn(own, section)) complain(at('filters', index), `another policy of this rule has ${section} already`);
      own[section] = value;
    }
  }
  return { ...policies.get(DEFAULT_POLICY), ...own };
}

function targetOf(id: string, rule: Rule, policy: PolicySpec): Target {
  const { filters = [], timeouts = {} } = rule;
  const rewrite = filters.find((filter) => filter.type === 'URLRewrite')?.urlRewrite;
  return {
    id,
    backends: (rule.backendRefs ?? []).map(backendOf),
    redirect: filters.find((filter) => filter.type === 'RequestRedirect')?.requestRedirect,
    rewrite: { hostname: rewrite?.hostname, path: rewrite?.path },
    requestHeaders: filters.flatMap((filter) => (filter.type === 'RequestHeaderModifier' ? [filter.requestHeaderModifier] : [])),
    responseHeaders: filters.flatMap((filter) => (filter.type === 'ResponseHeaderModifier' ? [filter.responseHeaderModifier] : [])),
    policy,
    timeoutMs: optional(timeouts.request),
    backendTimeoutMs: optional(timeouts.backendRequest),
  };
}

function optional(duration: string | undefined): number | undefined {
  return duration === undefined ? undefined : milliseconds(duration);
}

function backendOf({ name, weight = 1 }: BackendRef): Backend {
  return { name, weight };
}

function entryOf({ path = {}, method, headers = [], queryParams = [] }: RuleMatch): Omit<Entry, 'hostnames' | 'target'> {
  const { type = 'PathPrefix', value = '/' } = path;
  return {
    path: type === 'PathPrefix' && value !== '/' ? value.replace(/\/$/, '') : value,
    exact: type === 'Exact',
    method,
    headers: headers.map(({ name, value: wanted }) => ({ name: name.toLowerCase(), value: wanted })),
    query: queryParams,
  };
}

function byPrecedence(a: Entry, b: Entry): number {
  return (
    hostRank(b) - hostRank(a) ||
    Number(b.exact) - Number(a.exact) ||
    b.path.length - a.path.length ||
    Number(b.method !== undefined) - Number(a.method !== undefined) ||
    b.headers.length - a.headers.length ||
    b.query.length - a.query.length
  );
}

/** A full name before a longer wildcard before a shorter one before none. */
function hostRank({ hostnames }: Entry): number {
  return Math.max(0, ...hostnames.map((host) => (host.startsWith('*') ? host.length : 1_000 + host.length)));
}
