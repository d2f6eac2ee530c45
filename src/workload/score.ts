import * as v from 'valibot';
import { decode } from '../document/decode.ts';
import { parseOneYaml } from '../document/yaml.ts';
import type { Container, HttpProbe, Workload } from './workload.ts';

const strings = v.record(v.string(), v.string());
const loose = v.record(v.string(), v.unknown());
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
      scheme: v.optional(v.string()),
      httpHeaders: v.optional(v.array(loose)),
    }),
  ),
  exec: v.optional(v.strictObject({ command: v.array(v.string()) })),
});
const container = v.strictObject({
  image: v.string(),
  command: v.optional(v.array(v.string())),
  args: v.optional(v.array(v.string())),
  variables: v.optional(strings),
  files: v.optional(v.unknown()),
  volumes: v.optional(v.unknown()),
  before: v.optional(loose),
  resources: v.optional(v.strictObject({ requests: v.optional(quantities), limits: v.optional(quantities) })),
  livenessProbe: v.optional(probe),
  readinessProbe: v.optional(probe),
});
const resource = v.strictObject({
  type: v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,61}[A-Za-z0-9]$/, 'expected letters, digits and dashes')),
  class: v.optional(v.string()),
  id: v.optional(v.string()),
  metadata: v.optional(loose),
  params: v.optional(loose),
});

/** Score v1b1, https://score.dev: the keys of its JSON Schema, and nothing else. */
const score = v.strictObject({
  apiVersion: v.literal('score.dev/v1b1'),
  metadata: v.looseObject({
    name: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/, 'expected a DNS label: small letters, digits, dashes')),
    annotations: v.optional(strings),
  }),
  service: v.optional(
    v.strictObject({
      ports: v.optional(
        v.record(v.string(), v.strictObject({ port: portNumber, protocol: v.optional(v.string()), targetPort: v.optional(portNumber) })),
      ),
    }),
  ),
  containers: v.record(v.string(), container),
  resources: v.optional(v.record(v.string(), resource)),
});

type ContainerSource = v.InferOutput<typeof container>;

/**
 * The workload that a Score file describes. `file` is how messages name it.
 * @throws SvcError workload/invalid with file, line and reason of everything that is wrong
 */
export function parseScore(text: string, file: string): Workload {
  const source = { text, file, code: 'workload/invalid' } as const;
  const { metadata, service, containers, resources } = decode(parseOneYaml(source), score, source);
  const annotation = (name: string) => metadata.annotations?.[`svckit.dev/${name}`];
  return {
    name: metadata.name,
    build: wordsOf(annotation('build')),
    run: wordsOf(annotation('run')),
    watch: wordsOf(annotation('watch')) ?? [],
    containers: Object.entries(containers).map(([name, each]) => containerOf(name, each)),
    ports: Object.entries(service?.ports ?? {}).map(([name, { port, targetPort }]) => ({ name, port, targetPort: targetPort ?? port })),
    resources: Object.entries(resources ?? {}).map(([name, { type, id, params }]) => ({ name, type, id, params: params ?? {} })),
  };
}

function containerOf(name: string, source: ContainerSource): Container {
  return {
    name,
    image: source.image,
    command: source.command,
    args: source.args,
    variables: source.variables ?? {},
    livenessProbe: probeOf(source.livenessProbe),
    readinessProbe: probeOf(source.readinessProbe),
    requests: definedOnly(source.resources?.requests),
    limits: definedOnly(source.resources?.limits),
  };
}

function probeOf(source: v.InferOutput<typeof probe> | undefined): HttpProbe | undefined {
  return source?.httpGet && { path: source.httpGet.path, port: source.httpGet.port };
}

function definedOnly(source: v.InferOutput<typeof quantities> | undefined) {
  return source && { ...(source.cpu !== undefined && { cpu: source.cpu }), ...(source.memory !== undefined && { memory: source.memory }) };
}

/** A command line as an argument vector: words, `'…'` and `"…"` quotes; there is no shell. */
function wordsOf(line: string | undefined): readonly string[] | undefined {
  const words = line?.match(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)?.map((word) => word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'));
  return words && words.length > 0 ? words : undefined;
}
