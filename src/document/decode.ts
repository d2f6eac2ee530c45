import * as v from 'valibot';
import { SvcError } from '../errors.ts';
import type { YamlDocument, YamlSource } from './yaml.ts';

/** One thing that is wrong with the form of a value. */
export interface FormFault {
  readonly path: readonly (string | number)[];
  readonly line: number;
  /** Begins with the path. */
  readonly message: string;
  /** A key that the schema does not know: without it, the rest may well be right. */
  readonly unknownKey: boolean;
}

/**
 * The document's value as the schema types it.
 * @throws SvcError with `source.code` and every complaint at once: file, line, path, what is wrong
 */
export function decode<Schema extends v.GenericSchema>(
  document: YamlDocument,
  schema: Schema,
  source: Omit<YamlSource, 'text'>,
): v.InferOutput<Schema> {
  const result = decoded(document, schema);
  if ('value' in result) return result.value;
  const lines = result.faults.map(({ line, message }) => `${source.file}:${line}: ${message}`);
  throw new SvcError(source.code, lines.join('\n'), { hint: hint(lines.length, source.file) });
}

/** The document's value as the schema types it, or everything that is wrong with it, by line. */
export function decoded<Schema extends v.GenericSchema>(
  { value, lineOf }: Pick<YamlDocument, 'value' | 'lineOf'>,
  schema: Schema,
): { readonly value: v.InferOutput<Schema> } | { readonly faults: readonly FormFault[] } {
  const result = v.safeParse(schema, value);
  if (result.success) return { value: result.output };
  const faults = result.issues.map((issue) => {
    const path = pathOf(issue);
    const message = `${path.join('.') || 'the file'}: ${said(issue)}`;
    return { path, line: lineOf(path), message, unknownKey: isUnknownKey(issue) };
  });
  return { faults: faults.sort((a, b) => a.line - b.line) };
}

function pathOf(issue: v.BaseIssue<unknown>): (string | number)[] {
  return (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));
}

/** valibot's wording is exact for types and quoted for the rest; these three read better in our words, and a union in those of its schema. */
function said(issue: v.BaseIssue<unknown>): string {
  if (isUnknownKey(issue)) return 'there is no such key';
  if (issue.received === 'undefined') return 'is missing';
  const isWorded = issue.type === 'union' && !issue.message.startsWith('Invalid type');
  if (issue.kind === 'schema' && !isWorded) return `expected ${issue.expected}, found ${issue.received}`;
  return issue.message;
}

function isUnknownKey({ type, expected }: v.BaseIssue<unknown>): boolean {
  return type === 'strict_object' && expected === 'never';
}

function hint(count: number, file: string): string {
  return count === 1
    ? `Mend it in ${file}, then run the command again`
    : `Mend these ${count} places in ${file}, then run the command again`;
}
