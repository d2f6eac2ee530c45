import * as v from 'valibot';

const strings = v.record(v.string(), v.string());
const loose = v.record(v.string(), v.unknown());
const label = (what: string) => v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/, `expected ${what}`));
const DNS_LABEL = 'a DNS label: small letters, digits, dashes';

const quantities = v.strictObject({
  cpu: v.optional(v.pipe(v.string(), v.regex(/^\d+(?:m|\.\d+)?$/, 'expected cores, as 0.5 or 500m'))),
  memory: v.optional(v.pipe(v.string(), v.regex(/^\d+(\.\d+)?([KMGTPE]i?)?$/, 'expected bytes, as 256Mi'))),
});
const portNumber = v.pipe(
  v.number(),
  v.integer('expected a whole number'),
  v.minValue(1, 'expected 1 to 65535'),
  v.maxValue(65_535, 'expected 1 to 65535'),
);

const probe = v.strictObject({
  httpGet: v.optional(
    v.strictObject({
      path: v.string(),
      port: portNumber,
      host: v.optional(v.string()),
      scheme: v.optional(v.picklist(['HTTP', 'HTTPS'])),
      httpHeaders: v.optional(v.array(v.strictObject({ name: v.string(), value: v.string() }))),
    }),
  ),
  exec: v.optional(v.strictObject({ command: v.array(v.string()) })),
});

const absolute = v.pipe(v.string(), v.regex(/^\/[^\0:]*[^\0:/]$/, 'expected an absolute path in the container'));
const fileKeys = {
  mode: v.optional(v.pipe(v.string(), v.regex(/^0?[0-7]{3}$/, 'expected an octal mode in quotes, as "0600"'))),
  source: v.optional(v.string()),
  content: v.optional(v.string()),
  binaryContent: v.optional(v.pipe(v.string(), v.base64('expected base64'))),
  noExpand: v.optional(v.boolean()),
};
interface Sources {
  readonly source?: string | undefined;
  readonly content?: string | undefined;
  readonly binaryContent?: string | undefined;
}
const oneSource = <T extends Sources>() =>
  v.check<T, string>(
    ({ source, content, binaryContent }) => [source, content, binaryContent].filter((each) => each !== undefined).length === 1,
    'expected exactly one of source, content and binaryContent',
  );
const volumeKeys = { source: v.string(), path: v.optional(v.string()), readOnly: v.optional(v.boolean()) };

const fileMap = v.record(absolute, v.pipe(v.strictObject(fileKeys), oneSource()));
const fileList = v.array(v.pipe(v.strictObject({ ...fileKeys, target: absolute }), oneSource()));
const volumeMap = v.record(absolute, v.strictObject(volumeKeys));
const volumeList = v.array(v.strictObject({ ...volumeKeys, target: absolute }));

/** Maps by target path; Score still takes its older form, a list. The form decides what is complained of. */
const files = v.lazy((given): typeof fileMap | typeof fileList => (Array.isArray(given) ? fileList : fileMap));
const volumes = v.lazy((given): typeof volumeMap | typeof volumeList => (Array.isArray(given) ? volumeList : volumeMap));

const container = v.strictObject({
  image: v.string(),
  command: v.optional(v.array(v.string())),
  args: v.optional(v.array(v.string())),
  variables: v.optional(strings),
  files: v.optional(files),
  volumes: v.optional(volumes),
  before: v.optional(v.record(v.string(), v.strictObject({ ready: v.picklist(['started', 'healthy', 'complete']) }))),
  resources: v.optional(v.strictObject({ requests: v.optional(quantities), limits: v.optional(quantities) })),
  livenessProbe: v.optional(probe),
  readinessProbe: v.optional(probe),
});

const resource = v.strictObject({
  type: v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,61}[A-Za-z0-9]$/, 'expected letters, digits and dashes')),
  class: v.optional(v.string()),
  id: v.optional(
    v.pipe(v.string(), v.regex(/^[a-z0-9]+(?:-+[a-z0-9]+)*(?:\.[a-z0-9]+(?:-+[a-z0-9]+)*)*$/, 'expected small letters, digits, dashes')),
  ),
  metadata: v.optional(loose),
  params: v.optional(loose),
});

/** What svckit reads of `metadata.annotations`; all others are other people's. */
const annotations = v.intersect([
  strings,
  v.looseObject({ 'svckit.dev/kind': v.optional(v.picklist(['service', 'job', 'cron'], 'expected service, job or cron')) }),
]);

/** Score v1b1, https://score.dev: the keys of its JSON Schema, and nothing else. */
export const scoreSchema = v.strictObject({
  apiVersion: v.literal('score.dev/v1b1'),
  metadata: v.looseObject({ name: label(DNS_LABEL), annotations: v.optional(annotations) }),
  service: v.optional(
    v.strictObject({
      ports: v.optional(
        v.record(
          label('a name of small letters, digits and dashes'),
          v.strictObject({ port: portNumber, protocol: v.optional(v.picklist(['TCP', 'UDP'])), targetPort: v.optional(portNumber) }),
        ),
      ),
    }),
  ),
  containers: v.pipe(
    v.record(label(DNS_LABEL), container),
    v.check((given) => Object.keys(given).length > 0, 'expected at least one container'),
  ),
  resources: v.optional(v.record(label(DNS_LABEL), resource)),
});

export type ScoreSource = v.InferOutput<typeof scoreSchema>;
export type ContainerSource = v.InferOutput<typeof container>;
export type ProbeSource = v.InferOutput<typeof probe>;
