import * as v from 'valibot';

const text = v.pipe(v.string(), v.nonEmpty());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const semver = v.pipe(v.string(), v.regex(/^\d+\.\d+\.\d+$/, 'must be a version such as 1.4.0'));

/** The subset of JSON Schema that inputs are described in. */
const rules = {
  enum: v.optional(v.pipe(v.array(v.string()), v.nonEmpty())),
  pattern: v.optional(v.string()),
  minLength: v.optional(count),
  maxLength: v.optional(count),
  minimum: v.optional(v.number()),
  maximum: v.optional(v.number()),
};

const property = v.strictObject({
  ...rules,
  type: v.picklist(['string', 'integer', 'number', 'boolean', 'array']),
  title: v.optional(text),
  description: v.optional(v.string()),
  default: v.optional(v.unknown()),
  examples: v.optional(v.array(v.unknown())),
  writeOnly: v.optional(v.boolean()),
  minItems: v.optional(count),
  maxItems: v.optional(count),
  uniqueItems: v.optional(v.boolean()),
  items: v.optional(v.strictObject({ ...rules, type: v.literal('string') })),
});

/** The values of another input, and what is asked besides where it has one of them: the one form of `dependencies` in use. */
const branch = v.strictObject({
  properties: v.record(v.string(), v.union([property, v.strictObject({ enum: v.array(v.string()) })])),
  required: v.optional(v.array(v.string()), []),
});

const page = v.strictObject({
  title: text,
  description: v.optional(v.string()),
  required: v.optional(v.array(v.string()), []),
  properties: v.optional(v.record(v.string(), property), {}),
  dependencies: v.optional(v.record(v.string(), v.strictObject({ oneOf: v.array(branch) })), {}),
});

const patterns = v.pipe(v.array(text), v.nonEmpty());
const scalar = v.union([v.string(), v.number(), v.boolean()]);

const word = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'must be lower-case letters, digits and single dashes'));

const inputMove = v.union(
  [
    v.strictObject({ in: semver, from: text, to: text, values: v.optional(v.record(v.string(), scalar)) }),
    v.strictObject({ in: semver, removed: text }),
  ],
  'must be { in, from, to } with values where they change, or { in, removed }',
);

const capability = v.union(
  [
    v.strictObject({ title: text, set: v.record(v.string(), v.union([scalar, v.array(v.string())])) }),
    v.strictObject({ title: text, append: text }),
  ],
  'must have a title, and either set or append',
);

const svckit = v.strictObject({
  version: semver,
  include: v.optional(v.array(v.strictObject({ paths: patterns, when: v.record(v.string(), v.union([scalar, v.array(scalar)])) })), []),
  ownership: v.optional(v.array(v.strictObject({ paths: patterns, mode: v.picklist(['owned', 'merged', 'once', 'region']) })), []),
  moves: v.optional(v.array(v.strictObject({ in: semver, from: text, to: text })), []),
  inputs: v.optional(v.array(inputMove), []),
  capabilities: v.optional(v.record(word, capability), {}),
  defaults: v.optional(v.record(v.string(), text), {}),
});

/** Backstage's metadata of any entity; what is in its lists and maps is Backstage's. */
const metadata = v.strictObject({
  name: word,
  title: v.optional(text),
  description: v.optional(text),
  namespace: v.optional(text),
  labels: v.optional(v.record(v.string(), v.string())),
  annotations: v.optional(v.record(v.string(), v.string())),
  tags: v.optional(v.array(v.string())),
  links: v.optional(v.array(v.record(v.string(), v.string()))),
});

/** `template.yaml`: a software template of Backstage with `spec.svckit`. */
export const templateShape = v.strictObject({
  apiVersion: v.literal('scaffolder.backstage.io/v1beta3'),
  kind: v.literal('Template'),
  metadata,
  spec: v.strictObject({
    type: text,
    owner: v.optional(text),
    system: v.optional(text),
    lifecycle: v.optional(text),
    parameters: v.optional(v.array(page), []),
    steps: v.array(v.record(v.string(), v.unknown())),
    output: v.optional(v.record(v.string(), v.unknown())),
    svckit,
  }),
});

export type TemplateDocument = v.InferOutput<typeof templateShape>;
export type Page = v.InferOutput<typeof page>;
export type Property = v.InferOutput<typeof property>;
