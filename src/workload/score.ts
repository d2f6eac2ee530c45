import { decode } from '../document/decode.ts';
import { parseOneYaml } from '../document/yaml.ts';
import { type ContainerSource, type ProbeSource, type ScoreSource, scoreSchema } from './score-schema.ts';
import type { Container, MountedFile, MountedVolume, Probe, Quantities, Workload } from './workload.ts';

export interface ScoreFile {
  readonly text: string;
  /** How messages name it. */
  readonly file: string;
}

/**
 * The workload that a Score file describes. `file` is how messages name it.
 * @throws SvcError workload/invalid with file, line and reason of everything that is wrong
 */
export function parseScore(text: string, file: string): Workload {
  const source = { text, file, code: 'workload/invalid' } as const;
  return workloadOf(decode(parseOneYaml(source), scoreSchema, source));
}

/** The workload of a Score document that keeps the schema. */
export function workloadOf({ metadata, service, containers, resources }: ScoreSource): Workload {
  const annotations: Readonly<Record<string, string | undefined>> = metadata.annotations ?? {};
  const annotation = (name: string) => annotations[`svckit.dev/${name}`];
  return {
    name: metadata.name,
    kind: metadata.annotations?.['svckit.dev/kind'] ?? 'service',
    schedule: annotation('schedule'),
    build: wordsOf(annotation('build')),
    run: wordsOf(annotation('run')),
    watch: wordsOf(annotation('watch')) ?? [],
    migrate: wordsOf(annotation('migrate')),
    containers: Object.entries(containers).map(([name, each]) => containerOf(name, each)),
    ports: Object.entries(service?.ports ?? {}).map(([name, { port, targetPort, protocol }]) => {
      return { name, port, targetPort: targetPort ?? port, protocol: protocol ?? 'TCP' };
    }),
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
    files: byTarget(source.files).map(fileOf),
    volumes: byTarget(source.volumes).map(volumeOf),
    before: Object.fromEntries(Object.entries(source.before ?? {}).map(([other, { ready }]) => [other, ready])),
    livenessProbe: probeOf(source.livenessProbe),
    readinessProbe: probeOf(source.readinessProbe),
    requests: quantitiesOf(source.resources?.requests),
    limits: quantitiesOf(source.resources?.limits),
  };
}

/** Both forms that Score knows, as one list. */
function byTarget<T extends object>(source: Readonly<Record<string, T>> | readonly (T & { target: string })[] = []) {
  if (isList(source)) return source;
  return Object.entries(source).map(([target, each]) => ({ ...each, target }));
}

function isList<T>(source: object | readonly T[]): source is readonly T[] {
  return Array.isArray(source);
}

function fileOf({ target, mode, source, content, binaryContent, noExpand }: Optional<MountedFile, 'target'>): MountedFile {
  return { target, mode, source, content, binaryContent, noExpand: noExpand ?? false };
}

function volumeOf({ target, source, path, readOnly }: Optional<MountedVolume, 'target' | 'source'>): MountedVolume {
  return { target, source, path, readOnly: readOnly ?? false };
}

/** A thing whose keys, but for these, may be absent. */
type Optional<T, Required extends keyof T> = Pick<T, Required> & { readonly [K in Exclude<keyof T, Required>]?: T[K] | undefined };

function probeOf(source: ProbeSource | undefined): Probe | undefined {
  if (!source?.httpGet && !source?.exec) return undefined;
  const { httpGet, exec } = source;
  return {
    httpGet: httpGet && {
      path: httpGet.path,
      port: httpGet.port,
      host: httpGet.host,
      scheme: httpGet.scheme,
      httpHeaders: httpGet.httpHeaders ?? [],
    },
    exec: exec?.command,
  };
}

function quantitiesOf(source: Optional<Required<Quantities>, never> | undefined): Quantities | undefined {
  return source && { ...(source.cpu !== undefined && { cpu: source.cpu }), ...(source.memory !== undefined && { memory: source.memory }) };
}

/** A command line as an argument vector: words, `'…'` and `"…"` quotes; there is no shell. */
function wordsOf(line: string | undefined): readonly string[] | undefined {
  const words = line?.match(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)?.map((word) => word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'));
  return words && words.length > 0 ? words : undefined;
}
