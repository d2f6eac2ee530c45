import { posix } from 'node:path';
import type { Pristine, PristineFile } from '../pristine.ts';
import { sameFile, type Tree, type TreeFile } from '../tree.ts';
import { mergeJson } from './json-merge.ts';

/** A service and a render that share no past, with all settled that needs no lines to be merged. */
export interface Aligned {
  /** What both are taken to come from: empty but for the files that are settled here. */
  readonly base: Pristine;
  readonly theirs: Pristine;
  /** What there is to say of these paths, in place of what a merge would say. */
  readonly told: ReadonlyMap<string, { readonly fate: 'merged' | 'kept'; readonly message: string }>;
  /** Paths of the template's example code, which a service with code of its own does not get. */
  readonly left: readonly string[];
  /** Sentences on files that are not written because another spelling of their path is there. */
  readonly notes: readonly string[];
}

/** Program text: the template's own is there to be replaced. */
const SOURCE = /\.(tsx?|jsx?|[cm]js|java|kts?|scala|groovy|py|go|rs|cs|fs|rb|php|swift|sql)$/;

/** Node takes the code of a package that does not say so for this. */
const PACKAGE_MEANS = { type: 'commonjs' };

/**
 * Prepares the merge of a service with a template that did not make it.
 * @param takeOwned whether the template's own files win over what is there
 */
export function align(theirs: Pristine, ours: Tree, { takeOwned }: { readonly takeOwned: boolean }): Aligned {
  const hasCode = [...ours.keys()].some((path) => SOURCE.test(path));
  const left = [...theirs].filter(([path, { ownership }]) => hasCode && ownership === 'once' && SOURCE.test(path) && !ours.has(path));
  const spellings = new Map([...ours.keys()].map((path) => [path.toLowerCase(), path]));
  const twins = [...theirs.keys()].filter((path) => !ours.has(path) && spellings.has(path.toLowerCase()));
  const gone = new Set([...left.map(([path]) => path), ...twins]);
  const base = new Map<string, PristineFile>();
  const told = new Map<string, { readonly fate: 'merged' | 'kept'; readonly message: string }>();
  const aligned = new Map<string, PristineFile>();
  for (const [path, file] of theirs) {
    if (gone.has(path)) continue;
    const mine = ours.get(path);
    const met = mine && meeting(path, { mine, theirs: file, takeOwned, hasCode });
    aligned.set(path, met?.theirs ?? file);
    if (met?.base) base.set(path, met.base);
    if (met?.told) told.set(path, met.told);
  }
  return {
    base,
    theirs: aligned,
    told,
    left: left.map(([path]) => path),
    notes: twins.map((path) => `${path} is not written: ${spellings.get(path.toLowerCase())} is there`),
  };
}

interface Meeting {
  readonly base?: PristineFile;
  readonly theirs: PristineFile;
  readonly told?: { readonly fate: 'merged' | 'kept'; readonly message: string };
}

interface Met {
  readonly mine: TreeFile;
  readonly theirs: PristineFile;
  readonly takeOwned: boolean;
  readonly hasCode: boolean;
}

/** Both have a file at this path. */
function meeting(path: string, { mine, theirs, takeOwned, hasCode }: Met): Meeting {
  const sameMode = mine.kind === 'link' ? theirs : { ...theirs, kind: mine.kind };
  if (sameFile(mine, sameMode)) return { theirs: sameMode };
  // With the template's own text as the base, what is there counts as an edit, which an upgrade takes back.
  if (theirs.ownership === 'owned' && takeOwned) return { base: theirs, theirs };
  if (theirs.ownership !== 'merged' || mine.kind === 'link' || !path.endsWith('.json')) return { theirs };
  return jsonMeeting(mine, sameMode, posix.basename(path) === 'package.json' && hasCode ? PACKAGE_MEANS : {}) ?? { theirs };
}

function jsonMeeting(mine: TreeFile, theirs: PristineFile, meant: Readonly<Record<string, string>>): Meeting | undefined {
  const merged = mergeJson(textOf(mine), textOf(theirs), meant);
  if (!merged) return undefined;
  const message = [said('added', merged.added), said('yours stays at', merged.clashes)].filter(Boolean).join('; ');
  return {
    base: { ...theirs, content: mine.content },
    theirs: { ...theirs, content: Buffer.from(merged.text) },
    ...(message !== '' && { told: { fate: merged.added.length > 0 ? ('merged' as const) : ('kept' as const), message } }),
  };
}

/** Keys named before the rest is counted. */
const NAMED = 4;

function said(what: string, keys: readonly string[]): string {
  if (keys.length === 0) return '';
  const more = keys.length > NAMED ? ` and ${keys.length - NAMED} more` : '';
  return `${what} ${keys.slice(0, NAMED).join(', ')}${more}`;
}

function textOf({ content }: TreeFile): string {
  return Buffer.from(content).toString('utf8');
}
