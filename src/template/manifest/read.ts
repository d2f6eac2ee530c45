import { decoded, type FormFault } from '../../document/decode.ts';
import { parseOneYaml, type YamlDocument } from '../../document/yaml.ts';
import type { Complaint } from '../complaint.ts';
import type { Input } from '../input.ts';
import { capabilitiesOf, capabilityComplaints } from './capabilities.ts';
import { inputMoveComplaints, inputMovesOf } from './input-moves.ts';
import { inputComplaints, inputsOf, pathOfInput } from './inputs.ts';
import type { IncludeRule, Manifest } from './manifest.ts';
import { type TemplateDocument, templateShape } from './shape.ts';

export const MANIFEST_FILE = 'template.yaml';

/** A manifest as far as it can be read, and everything that is wrong with it. */
export interface ReadManifest {
  /** Absent where its form leaves nothing to go on with. */
  readonly manifest?: Manifest;
  readonly complaints: readonly Complaint[];
  /** The line of `template.yaml` where the value at this path stands. */
  lineOf(path: readonly (string | number)[]): number;
  /** The line where it describes an input. */
  lineOfInput(name: string): number;
}

/**
 * Reads `template.yaml`: what is wrong with its form, and where that lets the rest be understood, with its meaning.
 * @throws SvcError template/invalid with file, line and reason where it is no YAML
 */
export function readManifest(text: string): ReadManifest {
  const document = parseOneYaml({ text, file: MANIFEST_FILE, code: 'template/invalid' });
  const { parsed, faults } = understood({ ...document, value: withoutForm(document.value) });
  const complaints = faults.map(({ line, message }) => ({ file: MANIFEST_FILE, line, message }));
  const lineOfInput = (name: string) => document.lineOf(pathOfInput(parsed?.spec.parameters ?? [], name));
  const read = { complaints, lineOf: document.lineOf, lineOfInput };
  if (!parsed) return read;
  const manifest = manifestOf(parsed);
  return { ...read, manifest, complaints: [...complaints, ...complaintsOf(parsed, manifest, document)] };
}

/** Keys that nobody knows are told, and the rest is read without them: one slip of the pen must not hide all others. */
function understood(document: YamlDocument): { readonly parsed?: TemplateDocument; readonly faults: readonly FormFault[] } {
  const first = decoded(document, templateShape);
  if ('value' in first) return { parsed: first.value, faults: [] };
  const unknown = first.faults.filter(({ unknownKey }) => unknownKey);
  const second = decoded({ ...document, value: without(document.value, unknown) }, templateShape);
  return 'value' in second ? { parsed: second.value, faults: first.faults } : { faults: first.faults };
}

function without(value: unknown, faults: readonly FormFault[], at: readonly (string | number)[] = []): unknown {
  if (Array.isArray(value)) return value.map((item, index) => without(item, faults, [...at, index]));
  if (typeof value !== 'object' || value === null) return value;
  const isKept = (key: string) => !faults.some(({ path }) => path.join('\0') === [...at, key].join('\0'));
  const kept = Object.entries(value).filter(([key]) => isKept(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, without(inner, faults, [...at, key])]));
}

function manifestOf({ metadata, spec }: TemplateDocument): Manifest {
  const { version, include, ownership, moves, inputs, capabilities, defaults } = spec.svckit;
  return {
    name: metadata.name,
    title: metadata.title ?? metadata.name,
    description: metadata.description ?? '',
    type: spec.type,
    version,
    inputs: inputsOf(spec.parameters).map((input) => withComputed(input, defaults[input.name])),
    include: include.map(({ paths, when }) => ({ paths, when: mapValues(when, (value) => [value].flat().map(String)) })),
    ownership,
    moves,
    inputMoves: inputMovesOf(inputs),
    capabilities: capabilitiesOf(capabilities),
  };
}

function complaintsOf(parsed: TemplateDocument, manifest: Manifest, document: YamlDocument): readonly Complaint[] {
  const found = [
    ...inputComplaints(parsed.spec.parameters, manifest.inputs),
    ...includeComplaints(manifest.include, manifest.inputs),
    ...inputMoveComplaints(parsed.spec.svckit.inputs, manifest),
    ...capabilityComplaints(manifest.capabilities, manifest.inputs),
    ...defaultComplaints(parsed.spec.svckit.defaults, manifest.inputs),
  ];
  return found.map(({ path, message }) => ({ file: MANIFEST_FILE, line: document.lineOf(path), message }));
}

function withComputed(input: Input, computed: string | undefined): Input {
  return computed === undefined ? input : { ...input, computed };
}

/** What such a default is made of is checked with the files: it is the same language. */
function defaultComplaints(defaults: Readonly<Record<string, string>>, inputs: readonly Input[]) {
  return Object.keys(defaults).flatMap((name) => {
    const input = inputs.find((candidate) => candidate.name === name);
    const message = input ? computedFault(input) : `"${name}" is no input of this template`;
    return message === undefined ? [] : [{ path: ['spec', 'svckit', 'defaults', name], message }];
  });
}

function computedFault({ name, secret, type }: Input): string | undefined {
  if (secret) return `"${name}" is a secret: it has no default`;
  return type === 'string' ? undefined : `"${name}" is no text: its default cannot be computed`;
}

function includeComplaints(rules: readonly IncludeRule[], inputs: readonly Input[]) {
  return rules.flatMap(({ when }, index) =>
    Object.entries(when).flatMap(([name, values]) => {
      const message = conditionFault(name, values, inputs);
      return message ? [{ path: ['spec', 'svckit', 'include', index, 'when', name], message }] : [];
    }),
  );
}

function conditionFault(name: string, values: readonly string[], inputs: readonly Input[]): string | undefined {
  const input = inputs.find((candidate) => candidate.name === name);
  if (!input) return `"${name}" is no input of this template`;
  if (input.secret) return `"${name}" is a secret: it cannot decide what is rendered`;
  if (input.type === 'array') return `"${name}" is a list: it cannot decide what is rendered`;
  const allowed = input.type === 'boolean' ? ['true', 'false'] : input.enum;
  const never = values.find((value) => allowed !== undefined && !allowed.includes(value));
  return never === undefined ? undefined : `"${name}" is never "${never}"`;
}

/** Keys of Backstage's form, `ui:…`, say nothing to svc but one: a field of the kind Secret is what JSON Schema calls `writeOnly`. */
function withoutForm(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutForm);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !key.startsWith('ui:'));
  const secret = 'ui:field' in value && value['ui:field'] === 'Secret' ? { writeOnly: true } : {};
  return { ...Object.fromEntries(kept.map(([key, inner]) => [key, withoutForm(inner)])), ...secret };
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, change: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
