/** JSON Schema of each kind of object in routes.yaml. What is not in it is refused: a field that is ignored is a hole. */
export const ROUTES_API = 'gateway.networking.k8s.io/v1';
export const POLICY_API = 'gateway.svckit.dev/v1';
export const POLICY_GROUP = 'gateway.svckit.dev';

type Schema = Readonly<Record<string, unknown>>;

const DURATION = { type: 'string', pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$' };
const TOKEN = { type: 'string', pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}$" };
const HEADER_VALUE = { type: 'string', pattern: '^[\\t\\x20-\\x7e]{0,4096}$' };
const NAME = { type: 'string', pattern: '^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$' };
const HOST = { type: 'string', pattern: '^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$' };
/** Written as a path arrives: nothing encoded, no dot segments, no empty ones. */
const PATH = { type: 'string', maxLength: 1024, pattern: "^(?!.*/\\.{0,2}(/|$).)/[A-Za-z0-9._~!$&'()*+,=:@/-]*$" };
/** A member of a JSON object, or of one inside of it: `customer.email`. */
const FIELD = { type: 'string', pattern: '^(?!.*(^|\\.)(__proto__|constructor|prototype)(\\.|$))[^.]+(\\.[^.]+)*$' };

function object(properties: Schema, required: readonly string[] = []): Schema {
  return { type: 'object', additionalProperties: false, properties, required };
}

function list(items: Schema, maxItems = 64): Schema {
  return { type: 'array', items, minItems: 1, maxItems };
}

/** `type: X` with the one member that belongs to it, as the Gateway API writes its unions. */
function union(variants: Readonly<Record<string, Schema>>): Schema {
  return { type: 'object', required: ['type'], discriminator: { propertyName: 'type' }, oneOf: Object.values(variants) };
}

function variant(type: string, member: string, schema: Schema): Schema {
  return object({ type: { const: type }, [member]: schema }, ['type', member]);
}

const NAME_VALUE = object({ name: TOKEN, value: HEADER_VALUE }, ['name', 'value']);
const EXACT = object({ type: { const: 'Exact' }, name: TOKEN, value: HEADER_VALUE }, ['name', 'value']);
const HEADERS = object({ set: list(NAME_VALUE), add: list(NAME_VALUE), remove: list(TOKEN) });
const PATH_CHANGE = union({
  ReplaceFullPath: variant('ReplaceFullPath', 'replaceFullPath', PATH),
  ReplacePrefixMatch: variant('ReplacePrefixMatch', 'replacePrefixMatch', PATH),
});
const REDIRECT = object({
  scheme: { enum: ['http', 'https'] },
  hostname: HOST,
  port: { type: 'integer', minimum: 1, maximum: 65_535 },
  path: PATH_CHANGE,
  statusCode: { enum: [301, 302] },
});
const EXTENSION = object({ group: { const: POLICY_GROUP }, kind: { const: 'RoutePolicy' }, name: NAME }, ['group', 'kind', 'name']);

const FILTER = union({
  RequestHeaderModifier: variant('RequestHeaderModifier', 'requestHeaderModifier', HEADERS),
  ResponseHeaderModifier: variant('ResponseHeaderModifier', 'responseHeaderModifier', HEADERS),
  URLRewrite: variant('URLRewrite', 'urlRewrite', object({ hostname: HOST, path: PATH_CHANGE })),
  RequestRedirect: variant('RequestRedirect', 'requestRedirect', REDIRECT),
  ExtensionRef: variant('ExtensionRef', 'extensionRef', EXTENSION),
});

const MATCH = object({
  path: object({ type: { enum: ['PathPrefix', 'Exact'] }, value: PATH }),
  method: { enum: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] },
  headers: list(EXACT, 16),
  queryParams: list(EXACT, 16),
});

const BACKEND = object(
  {
    group: { const: '' },
    kind: { const: 'Service' },
    name: NAME,
    port: { type: 'integer', minimum: 1, maximum: 65_535 },
    weight: { type: 'integer', minimum: 0, maximum: 1_000_000 },
  },
  ['name'],
);

const RULE = object({
  name: NAME,
  matches: list(MATCH),
  filters: list(FILTER, 16),
  backendRefs: list(BACKEND, 16),
  timeouts: object({ request: DURATION, backendRequest: DURATION }),
});

const METADATA = object({ name: NAME, namespace: NAME, labels: { type: 'object' }, annotations: { type: 'object' } }, ['name']);

const JSON_CHANGE = object({
  add: { type: 'object', propertyNames: FIELD, minProperties: 1 },
  remove: list(FIELD),
  rename: { type: 'object', propertyNames: FIELD, additionalProperties: FIELD, minProperties: 1 },
});

const RATE_LIMIT = object(
  {
    by: { enum: ['client', 'identity'] },
    requests: { type: 'integer', minimum: 1, maximum: 1_000_000 },
    per: DURATION,
    burst: { type: 'integer', minimum: 1, maximum: 1_000_000 },
  },
  ['by', 'requests', 'per'],
);

const POLICY = object({
  authentication: object(
    {
      anyOf: { type: 'array', items: { enum: ['jwt', 'apiKey'] }, uniqueItems: true },
      optional: { type: 'boolean' },
      scopes: list({ type: 'string', pattern: '^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,128}$' }),
    },
    ['anyOf'],
  ),
  rateLimits: { ...list(RATE_LIMIT, 4) },
  cache: object({ ttl: DURATION, tags: list(NAME) }),
  transform: object({ request: JSON_CHANGE, response: JSON_CHANGE }),
  body: object({ maxBytes: { type: 'integer', minimum: 0, maximum: 104_857_600 } }, ['maxBytes']),
});

/** By kind; `parentRefs` says which Gateway of a cluster takes the route, and means nothing to this process. */
export const SCHEMAS: Readonly<Record<string, Schema>> = {
  HTTPRoute: object(
    {
      apiVersion: { const: ROUTES_API },
      kind: {},
      metadata: METADATA,
      spec: object(
        {
          parentRefs: { type: 'array' },
          hostnames: list({ ...HOST, pattern: '^(\\*\\.)?[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$' }),
          rules: list(RULE),
        },
        ['rules'],
      ),
    },
    ['apiVersion', 'kind', 'metadata', 'spec'],
  ),
  RoutePolicy: object({ apiVersion: { const: POLICY_API }, kind: {}, metadata: METADATA, spec: POLICY }, [
    'apiVersion',
    'kind',
    'metadata',
    'spec',
  ]),
};
