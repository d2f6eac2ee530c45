import type { Case, Content, Sign } from './scene.ts';

/** A service as it lies there: every file but git's own. */
export type Snapshot = ReadonlyMap<string, { readonly content: Content; readonly executable: boolean }>;

/** What a tool did, seen from outside. */
export interface Outcome {
  readonly exitCode: number;
  readonly before: Snapshot;
  readonly after: Snapshot;
  /** Whether git's index holds entries in conflict. */
  readonly unmerged: boolean;
}

/** In the files; only between conflict markers or in a file of rejected changes; nowhere. */
export type Whereabouts = 'there' | 'marked' | 'gone';

export type Verdict = 'right' | 'refused' | 'conflict' | 'needless conflict' | 'mine lost' | 'theirs lost' | 'changed otherwise';

/** Judges an update by what it left behind, whatever the tool says of itself. */
export function judge(scene: Case, outcome: Outcome): Verdict {
  const { mine, theirs, right } = scene;
  if (outcome.exitCode !== 0 && sameFiles(outcome.before, outcome.after)) return 'refused';
  const told = isTold(outcome);
  // That a file is gone can be put right in a moment where it is told; what was in one cannot.
  if (whereabouts(mine, outcome.after) === 'gone' && !(told && 'absent' in mine)) return 'mine lost';
  if (whereabouts(theirs, outcome.after) === 'gone' && !told) return 'theirs lost';
  if (right === 'told') return told ? 'conflict' : 'changed otherwise';
  if (told) return 'needless conflict';
  return right === 'both' || hasExactly(right.files, outcome.after) ? 'right' : 'changed otherwise';
}

/** Whether a person or a pipeline can notice: an exit code, markers in a file, rejected changes in a file, entries in git's index. */
export function isTold({ exitCode, after, unmerged }: Outcome): boolean {
  return exitCode !== 0 || unmerged || [...after].some(([path, { content }]) => path.endsWith('.rej') || /^<{7} /m.test(textOf(content)));
}

/** Where the change that a sign stands for is. */
export function whereabouts(sign: Sign, files: Snapshot): Whereabouts {
  if ('absent' in sign) return files.has(sign.absent) ? 'gone' : 'there';
  if ('executable' in sign) return files.get(sign.executable)?.executable ? 'there' : 'gone';
  if ('path' in sign) return sameContent(files.get(sign.path)?.content, sign.is) ? 'there' : 'gone';
  const found = [...files].map(([path, { content }]) => lineIn(sign.line, path, textOf(content)));
  return found.find((where) => where === 'there') ?? found.find((where) => where === 'marked') ?? 'gone';
}

export function sameFiles(one: Snapshot, other: Snapshot): boolean {
  const same = ([path, { content, executable }]: [string, { readonly content: Content; readonly executable: boolean }]) =>
    sameContent(other.get(path)?.content, content) && other.get(path)?.executable === executable;
  return one.size === other.size && [...one].every(same);
}

function lineIn(line: string, path: string, text: string): Whereabouts {
  if (path.endsWith('.rej')) return text.includes(line) ? 'marked' : 'gone';
  const settled = text.replaceAll(/^<{7} [\s\S]*?^>{7} .*$/gm, '').split(/\r?\n/);
  if (settled.includes(line)) return 'there';
  return text.split(/\r?\n/).includes(line) ? 'marked' : 'gone';
}

function hasExactly(wanted: Readonly<Record<string, Content | undefined>>, files: Snapshot): boolean {
  return Object.entries(wanted).every(([path, content]) => sameContent(files.get(path)?.content, content));
}

function sameContent(one: Content | undefined, other: Content | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return isLink(one) || isLink(other) ? isLink(one) && isLink(other) && one.link === other.link : bytes(one).equals(bytes(other));
}

function isLink(content: Content): content is { readonly link: string } {
  return typeof content === 'object' && 'link' in content;
}

function bytes(content: string | Uint8Array): Buffer {
  return Buffer.from(typeof content === 'string' ? Buffer.from(content) : content);
}

function textOf(content: Content): string {
  return isLink(content) ? '' : bytes(content).toString('utf8');
}
