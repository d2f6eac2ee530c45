import { nearest } from '../nearest.ts';
import { matches } from '../path-pattern.ts';
import type { Expectation } from './case.ts';
import type { Rendered, RenderedText } from './rendered.ts';

/** An expectation that was not met. */
export interface Failure {
  /** Where it is written: a case, or the manifest for what holds of every render. From the template's folder. */
  readonly file: string;
  readonly line: number;
  readonly message: string;
  readonly expected?: string;
  readonly found?: string;
}

type Unmet = Omit<Failure, 'file' | 'line'>;

/** What of an expectation does not hold in a render. */
export function unmet(expectation: Expectation, files: Rendered): readonly Unmet[] {
  const { path, exists } = expectation;
  const named = files.filter((file) => matches(path, file.path));
  if (!exists) return named.map((file) => ({ message: `${file.path} is there`, expected: `no file ${path}`, found: file.path }));
  if (named.length === 0) return [absent(path, files)];
  return named.flatMap((file) => contentUnmet(expectation, file));
}

function absent(path: string, files: Rendered): Unmet {
  const meant = nearest(
    path,
    files.map((file) => file.path),
  );
  return { message: `there is no file ${path}`, ...(meant && { found: meant }) };
}

function contentUnmet({ contains, lacks, equals }: Expectation, { path, text }: RenderedText): readonly Unmet[] {
  if (text === undefined) return [{ message: `${path} is no text` }];
  const missing = contains.filter((part) => !text.includes(part));
  const extra = lacks.filter((part) => text.includes(part));
  const difference = equals === undefined ? undefined : firstDifference(equals, text);
  return [
    ...missing.map((part) => ({ message: `${path} does not contain it`, expected: part, ...nearestLine(part, text) })),
    ...extra.map((part) => ({ message: `${path}:${lineAt(text, text.indexOf(part))} holds what it should lack`, found: part })),
    ...(difference ? [{ message: `${path}:${difference.line} is otherwise`, expected: difference.expected, found: difference.found }] : []),
  ];
}

/** The first line, counted from 1, where a text is not what was expected; undefined where there is none. */
export function firstDifference(
  expected: string,
  found: string,
): { readonly line: number; readonly expected: string; readonly found: string } | undefined {
  if (expected === found) return undefined;
  const [wanted, given] = [expected.split('\n'), found.split('\n')];
  const first = wanted.findIndex((text, index) => text !== given[index]);
  const at = first < 0 ? wanted.length : first;
  return { line: at + 1, expected: shown(wanted[at]), found: shown(given[at]) };
}

function shown(line: string | undefined): string {
  return line ?? 'the end of the file';
}

/** The line that was probably meant: one that is spelt nearly so, else one that begins with the same word. */
function nearestLine(part: string, text: string): { readonly found?: string } {
  const lines = text.split('\n').map((line) => line.trim());
  const word = part.trim().split(/\s/)[0] ?? '';
  const found = nearest(part.trim(), lines) ?? lines.find((line) => word.length > 1 && line.startsWith(word));
  return found === undefined ? {} : { found: `line ${lines.indexOf(found) + 1}: ${found}` };
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
