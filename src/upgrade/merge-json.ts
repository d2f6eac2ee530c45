import { applyEdits, type JSONPath, modify } from 'jsonc-parser';
import type { Merge, Sides } from './three-way.ts';
import type { TreeFile } from './tree.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** One value that a side changed. */
interface Edit {
  readonly path: readonly string[];
  readonly before: unknown;
  /** Undefined where it was removed. */
  readonly after: unknown;
  /** The keys of the object that it is in, in the order of that side. */
  readonly siblings: readonly string[];
}

/**
 * A merge with those of its conflicts settled that are none: line by line, two dependencies that were added beside each other in a
 * `package.json` are in conflict; as values they are not.
 */
export function withMergedJson(sides: Sides, merge: Merge): Merge {
  const settled = new Map(
    merge.conflicts.flatMap(({ path, kind }) => {
      const file = kind === 'CONFLICT (contents)' && path.endsWith('.json') ? mergedFile(sides, path) : undefined;
      return file ? [[path, { ...file, kind: merge.tree.get(path)?.kind ?? file.kind }] as const] : [];
    }),
  );
  if (settled.size === 0) return merge;
  return { tree: new Map([...merge.tree, ...settled]), conflicts: merge.conflicts.filter(({ path }) => !settled.has(path)) };
}

function mergedFile({ base, ours, theirs }: Sides, path: string): TreeFile | undefined {
  const [old, own, now] = [base.get(path), ours.get(path), theirs.get(path)];
  if (!old || !own || !now) return undefined;
  const text = mergeJson({ base: textOf(old), ours: textOf(own), theirs: textOf(now) });
  return text === undefined ? undefined : { kind: own.kind, content: Buffer.from(text) };
}

/**
 * What changed from `base` to `theirs`, value by value, put into the text of `ours`, whose layout and order stay.
 * @returns undefined where both sides changed the same value, or one of the texts is no JSON object
 */
export function mergeJson(texts: { readonly base: string; readonly ours: string; readonly theirs: string }): string | undefined {
  const [base, ours, theirs] = [objectOf(texts.base), objectOf(texts.ours), objectOf(texts.theirs)];
  if (!base || !ours || !theirs) return undefined;
  const edits = editsBetween(base, theirs, []);
  if (!edits.every((edit) => isFree(edit, base, ours))) return undefined;
  const open = edits.filter(({ path, after }) => !same(valueAt(ours, path), after));
  const merged = open.reduce(withEdit, texts.ours);
  const now = objectOf(merged);
  // In a text that has a key twice an edit may have gone to the wrong one.
  return open.every(({ path, after }) => same(valueAt(now, path), after)) ? merged : undefined;
}

function editsBetween(base: JsonObject, side: JsonObject, path: readonly string[]): readonly Edit[] {
  const siblings = Object.keys(side);
  return [...new Set([...Object.keys(base), ...siblings])].flatMap((key): readonly Edit[] => {
    const [before, after] = [ownValue(base, key), ownValue(side, key)];
    if (isObject(before) && isObject(after)) return editsBetween(before, after, [...path, key]);
    return same(before, after) ? [] : [{ path: [...path, key], before, after, siblings }];
  });
}

/** Whether the user left this value, and the objects that it is in, as they were, or made of it what is asked for. */
function isFree({ path, before, after }: Edit, base: JsonObject, ours: JsonObject): boolean {
  const own = valueAt(ours, path);
  if (same(own, after)) return true;
  const parents = path.slice(0, -1).map((_, index) => path.slice(0, index + 1));
  return same(own, before) && parents.every((parent) => isObject(valueAt(ours, parent)) || !isObject(valueAt(base, parent)));
}

function withEdit(text: string, { path, after, siblings }: Edit): string {
  const key = path.at(-1) ?? '';
  const earlier = siblings.slice(0, siblings.indexOf(key)).reverse();
  const getInsertionIndex = (keys: string[]) => 1 + keys.indexOf(earlier.find((each) => keys.includes(each)) ?? '');
  const indent = /^[ \t]+(?=")/m.exec(text)?.[0] ?? '  ';
  const formattingOptions = { insertSpaces: !indent.startsWith('\t'), tabSize: indent.length, eol: '\n' };
  return applyEdits(text, modify(text, path as JSONPath, after, { formattingOptions, getInsertionIndex }));
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce((at: unknown, key) => (isObject(at) ? ownValue(at, key) : undefined), value);
}

function ownValue(value: JsonObject, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function objectOf(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function textOf({ content }: TreeFile): string {
  return Buffer.from(content).toString('utf8');
}
