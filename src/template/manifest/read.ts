import { decode } from '../../document/decode.ts';
import { parseOneYaml, type YamlDocument } from '../../document/yaml.ts';
import type { Complaint } from '../complaint.ts';
import type { Input } from '../input.ts';
import { inputComplaints, inputsOf } from './inputs.ts';
import type { IncludeRule, Manifest } from './manifest.ts';
import { type TemplateDocument, templateShape } from './shape.ts';

export const MANIFEST_FILE = 'template.yaml';

/**
 * Reads `template.yaml`. What is wrong with its form is thrown; what is wrong with its meaning is returned, so that it can be told
 * together with what is wrong with the files.
 * @throws SvcError template/invalid with file, line and reason of everything that has no or the wrong form
 */
export function readManifest(text: string): { readonly manifest: Manifest; readonly complaints: readonly Complaint[] } {
  const source = { text, file: MANIFEST_FILE, code: 'template/invalid' } as const;
  const document = parseOneYaml(source);
  const parsed = decode({ ...document, value: withoutForm(document.value) }, templateShape, source);
  const manifest = manifestOf(parsed);
  return { manifest, complaints: complaintsOf(parsed, manifest, document) };
}

function manifestOf({ metadata, spec }: TemplateDocument): Manifest {
  const { version, include, ownership, moves } = spec.svckit;
  return {
    name: metadata.name,
    title: metadata.title ?? metadata.name,
    description: metadata.description ?? '',
    type: spec.type,
    version,
    inputs: inputsOf(spec.parameters),
    include: include.map(({ paths, when }) => ({ paths, when: mapValues(when, (value) => [value].flat().map(String)) })),
    ownership,
    moves,
  };
}

function complaintsOf(parsed: TemplateDocument, manifest: Manifest, document: YamlDocument): readonly Complaint[] {
  const found = [...inputComplaints(parsed.spec.parameters, manifest.inputs), ...includeComplaints(manifest.include, manifest.inputs)];
  return found.map(({ path, message }) => ({ file: MANIFEST_FILE, line: document.lineOf(path), message }));
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
