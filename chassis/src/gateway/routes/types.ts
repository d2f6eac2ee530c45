/** The objects of routes.yaml, as they are written: HTTPRoute as the Gateway API defines it, RoutePolicy as we do. */
export interface HttpRoute {
  readonly kind: 'HTTPRoute';
  readonly metadata: { readonly name: string };
  readonly spec: { readonly hostnames?: readonly string[]; readonly rules: readonly Rule[] };
}

export interface Rule {
  readonly name?: string;
  readonly matches?: readonly RuleMatch[];
  readonly filters?: readonly Filter[];
  readonly backendRefs?: readonly BackendRef[];
  readonly timeouts?: { readonly request?: string; readonly backendRequest?: string };
}

export interface RuleMatch {
  readonly path?: { readonly type?: 'Exact' | 'PathPrefix'; readonly value?: string };
  readonly method?: string;
  readonly headers?: readonly NameValue[];
  readonly queryParams?: readonly NameValue[];
}

export interface NameValue {
  readonly name: string;
  readonly value: string;
}

export interface BackendRef {
  readonly name: string;
  readonly port?: number;
  readonly weight?: number;
}

export interface HeaderChange {
  readonly set?: readonly NameValue[];
  readonly add?: readonly NameValue[];
  readonly remove?: readonly string[];
}

export type PathChange =
  | { readonly type: 'ReplaceFullPath'; readonly replaceFullPath: string }
  | { readonly type: 'ReplacePrefixMatch'; readonly replacePrefixMatch: string };

export interface Redirect {
  readonly scheme?: 'http' | 'https';
  readonly hostname?: string;
  readonly port?: number;
  readonly path?: PathChange;
  readonly statusCode?: 301 | 302;
}

export interface Rewrite {
  readonly hostname?: string;
  readonly path?: PathChange;
}

export type Filter =
  | { readonly type: 'RequestHeaderModifier'; readonly requestHeaderModifier: HeaderChange }
  | { readonly type: 'ResponseHeaderModifier'; readonly responseHeaderModifier: HeaderChange }
  | { readonly type: 'URLRewrite'; readonly urlRewrite: Rewrite }
  | { readonly type: 'RequestRedirect'; readonly requestRedirect: Redirect }
  | { readonly type: 'ExtensionRef'; readonly extensionRef: { readonly name: string } };

/** What the Gateway API has no word for. */
export interface RoutePolicy {
  readonly kind: 'RoutePolicy';
  readonly metadata: { readonly name: string };
  readonly spec: PolicySpec;
}

export type AuthMethod = 'jwt' | 'apiKey';

export interface PolicySpec {
  readonly authentication?: { readonly anyOf: readonly AuthMethod[]; readonly optional?: boolean; readonly scopes?: readonly string[] };
  readonly rateLimits?: readonly RateLimitSpec[];
  readonly cache?: CacheSpec;
  readonly transform?: { readonly request?: JsonChange; readonly response?: JsonChange };
  readonly body?: { readonly maxBytes: number };
}

export interface RateLimitSpec {
  readonly by: 'client' | 'identity';
  readonly requests: number;
  readonly per: string;
  readonly burst?: number;
}

export interface CacheSpec {
  /** For answers that say nothing of how long they are fresh. */
  readonly ttl?: string;
  readonly tags?: readonly string[];
}

export interface JsonChange {
  readonly add?: Readonly<Record<string, unknown>>;
  readonly remove?: readonly string[];
  readonly rename?: Readonly<Record<string, string>>;
}

export type RouteObject = HttpRoute | RoutePolicy;
