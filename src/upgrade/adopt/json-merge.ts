import { mergeJson as mergeLayout } from '../merge-json.ts';
import { isRecord } from './evidence.ts';

export interface JsonMerge {
  readonly text: string;
  /** Keys that came from the template, as `scripts.check`. */
  readonly added: readonly string[];
  /** Keys where both have a value and they differ: ours stayed. */
  readonly clashes: readonly string[];
}

/**
 * Two JSON objects by their keys: what only one has is taken, where both have another value ours stays. The text of ours
 * keeps its layout.
 * @param meant what a key means where ours leaves it out, by its path: adding another value would change what is there already
 * @returns undefined where one of them is no JSON object
 */
export function mergeJson(ours: string, theirs: string, meant: JsonObject = {}): JsonMerge | undefined {
  const [mine, other] = [parsed(ours), parsed(theirs)];
  if (!mine || !other) return undefined;
  const told: Told = { added: [], clashes: [], meant };
  const merged = mergeObjects(mine, other, { told, path: '' });
  const { added, clashes } = told;
  if (added.length === 0) return { text: ours, added, clashes };
  const text = mergeLayout({ base: ours, ours, theirs: JSON.stringify(merged) });
  return text === undefined ? undefined : { text, added, clashes };
}

interface Told {
  readonly added: string[];
  readonly clashes: string[];
  readonly meant: JsonObject;
}

type JsonObject = Readonly<Record<string, unknown>>;

function mergeObjects(ours: JsonObject, theirs: JsonObject, { told, path }: { readonly told: Told; readonly path: string }): JsonObject {
  const merged = new Map(Object.entries(ours));
  for (const [key, value] of Object.entries(theirs)) {
    const at = path === '' ? key : `${path}.${key}`;
    const mine = merged.get(key);
    if (!merged.has(key) && told.meant[at] === undefined) {
      merged.set(key, value);
      told.added.push(at);
    } else if (isRecord(mine) && isRecord(value)) merged.set(key, mergeObjects(mine, value, { told, path: at }));
    else if (JSON.stringify(mine ?? told.meant[at]) !== JSON.stringify(value)) told.clashes.push(at);
  }
  return Object.fromEntries(merged);
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
