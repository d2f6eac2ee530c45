import * as v from 'valibot';
import { SvcError } from '../errors.ts';
import type { YamlDocument, YamlSource } from './yaml.ts';

/**
 * The document's value as the schema types it.
 * @throws SvcError with `source.code` and every complaint at once: file, line, path, what is wrong
 */
export function decode<Schema extends v.GenericSchema>(
  document: YamlDocument,
  schema: Schema,
  source: Omit<YamlSource, 'text'>,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, document.value);
  if (result.success) return result.output;
  const complaints = result.issues.map((issue) => {
    const path = pathOf(issue);
    return { line: document.lineOf(path), text: `${path.join('.') || 'the file'}: ${said(issue)}` };
  });
  const lines = complaints.sort((a, b) => a.line - b.line).map(({ line, text }) => `${source.file}:${line}: ${text}`);
  throw new SvcError(source.code, lines.join('\n'), { hint: hint(lines.length, source.file) });
}

function pathOf(issue: v.BaseIssue<unknown>): (string | number)[] {
  return (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));
}

/** valibot's wording is exact for types and quoted for the rest; these three read better in our words. */
function said(issue: v.BaseIssue<unknown>): string {
  if (issue.type === 'strict_object' && issue.expected === 'never') return 'there is no such key';
  if (issue.received === 'undefined') return 'is missing';
  if (issue.kind === 'schema') return `expected ${issue.expected}, found ${issue.received}`;
  return issue.message;
}

function hint(count: number, file: string): string {
  return count === 1
    ? `Mend it in ${file}, then run the command again`
    : `Mend these ${count} places in ${file}, then run the command again`;
}
