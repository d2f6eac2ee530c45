import * as v from 'valibot';

const text = v.pipe(v.string(), v.nonEmpty('expected some text'));
const texts = v.record(v.string(), text);
/** RFC 1123. */
const label = v.pipe(
  v.string(),
  v.regex(/^(?=.{1,63}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'expected a DNS label: small letters, digits, dashes'),
);
const domain = v.pipe(
  v.string(),
  v.regex(/^(?=.{1,253}$)([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)*[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'expected a domain'),
);
const port = v.pipe(
  v.number(),
  v.integer('expected a whole number'),
  v.minValue(1, 'expected 1 to 65535'),
  v.maxValue(65_535, 'expected 1 to 65535'),
);
const count = v.pipe(v.number(), v.integer('expected a whole number'), v.minValue(1, 'expected at least 1'));

/** What a secret is called in an address: such a value belongs in a Secret, not in a file that is committed. */
const SECRET_PARTS = ['password', 'url', 'uri', 'token', 'key'];

const server = v.pipe(
  v.record(v.string(), v.union([text, v.number()], 'expected a text or a number')),
  v.check(
    (parts) => Object.keys(parts).every((part) => !SECRET_PARTS.includes(part)),
    `expected no ${SECRET_PARTS.join(', ')} here: name the key of a Secret under secret.keys`,
  ),
);

const network = v.strictObject({
  namespace: v.optional(text),
  pods: v.optional(texts),
  cidr: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f.:]+\/\d{1,3}$/, 'expected addresses, as 10.0.0.0/8'))),
  port: v.optional(port),
});

/** How one type of resource is provided: what is known of it, which Secret holds the rest, and what makes it. */
const provider = v.pipe(
  v.strictObject({
    server: v.optional(server),
    scheme: v.optional(v.pipe(v.string(), v.regex(/^[a-z][a-z0-9+.-]*$/, 'expected the scheme of a URL'))),
    secret: v.optional(v.strictObject({ name: text, keys: texts, remote: v.optional(text) })),
    object: v.optional(v.looseObject({ apiVersion: text, kind: text, metadata: v.looseObject({ name: text }) })),
    network: v.optional(network),
    claim: v.optional(text),
  }),
  v.check(
    ({ server, secret, object, claim }) => [server, secret, object, claim].some((each) => each !== undefined),
    'expected server, secret, object or claim: see docs/kubernetes.md, "Resource types"',
  ),
);

const kubernetes = {
  context: v.optional(text),
  namespace: label,
  registry: v.optional(
    v.pipe(v.string(), v.regex(/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._/-]+)?$/, 'expected a registry, as registry.example.com/shop')),
  ),
  pullSecret: v.optional(label),
  domain: v.optional(domain),
  gateway: v.optional(v.strictObject({ name: label, namespace: v.optional(label), section: v.optional(label), pods: v.optional(label) })),
  replicas: v.optional(
    v.pipe(
      v.strictObject({ min: count, max: count }),
      v.check(({ min, max }) => min <= max, 'expected min to be at most max'),
    ),
  ),
  monitoring: v.optional(
    v.strictObject({ type: v.picklist(['prometheus-operator', 'none']), namespace: v.optional(label), labels: v.optional(texts) }),
  ),
  traces: v.optional(v.pipe(v.string(), v.regex(/^https?:\/\/[a-z0-9.-]+(:\d+)?\/?$/, 'expected the base URL of a collector'))),
  secrets: v.optional(v.strictObject({ store: text, kind: v.optional(v.picklist(['SecretStore', 'ClusterSecretStore'])) })),
  resources: v.optional(v.record(v.string(), provider)),
};

const local = v.strictObject({ target: v.literal('local') });
const compose = v.strictObject({ target: v.literal('compose') });
const cluster = v.strictObject({ target: v.picklist(['kubernetes', 'gitops']), ...kubernetes });
const unknown = v.strictObject({ target: v.picklist(['local', 'compose', 'kubernetes', 'gitops']) });

/** The target decides what else may be said, and so what is complained of. */
const environment = v.lazy((given): typeof local | typeof compose | typeof cluster | typeof unknown => {
  const target = typeof given === 'object' && given !== null && 'target' in given ? given.target : undefined;
  if (target === 'local') return local;
  if (target === 'compose') return compose;
  return target === 'kubernetes' || target === 'gitops' ? cluster : unknown;
});

const environmentName = v.pipe(v.string(), v.regex(/^(?=.{1,40}$)[a-z]([-a-z0-9]*[a-z0-9])?$/, 'expected small letters, digits, dashes'));

/** `svc.yaml`, the one format that is svckit's own. */
export const workspaceSchema = v.nullable(v.strictObject({ environments: v.optional(v.record(environmentName, environment)) }));

export type EnvironmentSource = v.InferOutput<typeof environment>;
export type ClusterSource = v.InferOutput<typeof cluster>;
export type Provider = v.InferOutput<typeof provider>;
export type Network = v.InferOutput<typeof network>;
