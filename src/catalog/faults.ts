import { parseYaml, type YamlDocument } from '../document/yaml.ts';
import { SvcError } from '../errors.ts';
import { nearest } from '../template/nearest.ts';

/** What Backstage asks of a kind's `spec` (catalog-model 1.10). A custom kind is not looked into. */
interface KindRules {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

const KINDS: Readonly<Record<string, KindRules>> = {
  Component: {
    required: ['type', 'lifecycle', 'owner'],
    optional: ['system', 'subcomponentOf', 'providesApis', 'consumesApis', 'dependsOn', 'dependencyOf'],
  },
  API: { required: ['type', 'lifecycle', 'owner', 'definition'], optional: ['system'] },
  Resource: { required: ['type', 'owner'], optional: ['system', 'dependsOn', 'dependencyOf'] },
  System: { required: ['owner'], optional: ['domain', 'type'] },
  Domain: { required: ['owner'], optional: ['subdomainOf', 'type'] },
  Group: { required: ['type', 'children'], optional: ['profile', 'parent', 'members'] },
  User: { required: ['memberOf'], optional: ['profile'] },
  Location: { required: [], optional: ['type', 'target', 'targets', 'presence'] },
};

/** Fields that hold references to entities. Those of `dependsOn` have no kind by default: without one Backstage drops the entity. */
const REFERENCES = ['owner', 'system', 'domain', 'subdomainOf', 'subcomponentOf', 'providesApis', 'consumesApis'] as const;
const KINDED_REFERENCES = ['dependsOn', 'dependencyOf'] as const;

const NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$/;
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const TAG = /^[a-z0-9:+#]+(-[a-z0-9:+#]+)*$/;
const REFERENCE = /^([a-z][a-z0-9]*:)?([a-z0-9-]+\/)?[A-Za-z0-9][-A-Za-z0-9_.]*$/i;

/** A longer key is no slip of a field's name. */
const LONGEST_KEY = 40;

type Path = readonly (string | number)[];
type Fault = readonly [path: Path, message: string];

/** A catalog file as its readers see it. */
export interface CatalogReport {
  /** The values of its documents; none where it cannot be read. */
  readonly entities: readonly unknown[];
  /** What is wrong, as `catalog-info.yaml:7: spec.owner: is missing`. */
  readonly faults: readonly string[];
}

/** Everything that is wrong with a catalog file, by Backstage's rules and those of which it says nothing and drops the entity. */
export function readCatalog(text: string, file: string): CatalogReport {
  try {
    const documents = parseYaml({ text, file, code: 'catalog/invalid' }).filter(({ value }) => value !== null);
    const faults = documents.flatMap((document) => entityFaults(document).map((fault) => said(fault, document, file)));
    return { entities: documents.map(({ value }) => value), faults: documents.length > 0 ? faults : [`${file}:1: it holds no entity`] };
  } catch (error) {
    if (error instanceof SvcError) return { entities: [], faults: error.message.split('\n') };
    throw error;
  }
}

function said([path, message]: Fault, document: YamlDocument, file: string): string {
  return `${file}:${document.lineOf(path)}: ${path.join('.') || 'the entity'}: ${message}`;
}

function entityFaults({ value }: YamlDocument): readonly Fault[] {
  if (!isRecord(value)) return [[[], 'is no map']];
  const { apiVersion, kind, metadata, spec } = value;
  const envelope: readonly Fault[] = [
    ...(typeof apiVersion === 'string' && apiVersion !== '' ? [] : [[['apiVersion'], 'is missing'] as const]),
    ...(typeof kind === 'string' && kind !== '' ? [] : [[['kind'], 'is missing'] as const]),
  ];
  const rules = typeof kind === 'string' && Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  return [...envelope, ...metadataFaults(metadata), ...(rules ? specFaults(spec, rules) : [])];
}

function metadataFaults(metadata: unknown): readonly Fault[] {
  if (!isRecord(metadata)) return [[['metadata'], 'is missing']];
  const { name, namespace, tags, links } = metadata;
  const texts = (['annotations', 'labels'] as const).flatMap((key) => textMapFaults(['metadata', key], metadata[key]));
  return [
    ...textFaults(['metadata', 'name'], name, { pattern: NAME, rule: 'at most 63 letters, digits, - _ .' }),
    ...(namespace === undefined
      ? []
      : textFaults(['metadata', 'namespace'], namespace, { pattern: NAMESPACE, rule: 'lower-case letters, digits and -' })),
    ...listFaults(['metadata', 'tags'], tags, (tag, path) =>
      textFaults(path, tag, { pattern: TAG, rule: 'lower-case letters, digits, : + # and single -' }),
    ),
    ...listFaults(['metadata', 'links'], links, (link, path) =>
      isRecord(link) && typeof link['url'] === 'string' ? [] : [[path, 'has no url']],
    ),
    ...texts,
  ];
}

function specFaults(spec: unknown, { required, optional }: KindRules): readonly Fault[] {
  if (!isRecord(spec)) return required.length > 0 ? [[['spec'], 'is missing']] : [];
  const known = [...required, ...optional];
  const absent = required.filter((key) => spec[key] === undefined || spec[key] === null || spec[key] === '');
  const misspelt = Object.keys(spec).flatMap((key): readonly Fault[] => {
    const meant = known.includes(key) || key.length > LONGEST_KEY ? undefined : nearest(key, known);
    return meant === undefined ? [] : [[['spec', key], `Backstage does not know it; did you mean ${meant}?`]];
  });
  return [
    ...absent.map((key) => [['spec', key], 'is missing'] as const),
    ...misspelt,
    ...REFERENCES.flatMap((key) => referenceFaults(['spec', key], spec[key], false)),
    ...KINDED_REFERENCES.flatMap((key) => referenceFaults(['spec', key], spec[key], true)),
  ];
}

function referenceFaults(path: Path, value: unknown, needsKind: boolean): readonly Fault[] {
  if (value === undefined || value === null || value === '') return [];
  return [value].flat().flatMap((reference): readonly Fault[] => {
    if (typeof reference !== 'string' || !REFERENCE.test(reference)) return [[path, `${JSON.stringify(reference)} names no entity`]];
    return needsKind && !reference.includes(':') ? [[path, `"${reference}" needs its kind: component:${reference}`]] : [];
  });
}

function textFaults(path: Path, value: unknown, { pattern, rule }: { readonly pattern: RegExp; readonly rule: string }): readonly Fault[] {
  if (value === undefined || value === null) return [[path, 'is missing']];
  if (typeof value !== 'string' || !pattern.test(value)) return [[path, `expected ${rule}`]];
  return [];
}

function textMapFaults(path: Path, value: unknown): readonly Fault[] {
  if (value === undefined || value === null) return [];
  if (!isRecord(value)) return [[path, 'is no map']];
  const wrong = Object.entries(value).filter(([, each]) => typeof each !== 'string');
  return wrong.map(([key]) => [[...path, key], 'must be a text: put it in quotes']);
}

function listFaults(path: Path, value: unknown, check: (item: unknown, path: Path) => readonly Fault[]): readonly Fault[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value.flatMap((item: unknown, index) => check(item, [...path, index])) : [[path, 'is no list']];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
