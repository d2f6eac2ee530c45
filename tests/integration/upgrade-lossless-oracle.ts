import type { Upgrade } from '../../src/upgrade/upgrade.ts';
import { areApart, type Case, editedLines, type FileEdit, GROWN, SLOTS, type Slot } from './upgrade-lossless-model.ts';
import { entryOf, pathNow, regionOf, type Tree, theirEdit } from './upgrade-lossless-world.ts';

export interface Outcome {
  readonly before: Tree;
  readonly after: Tree;
  /** Undefined where a run that failed at its very end had written all. */
  readonly files: Upgrade['files'] | undefined;
  readonly conflicts: readonly string[];
}

/** What an upgrade got wrong, told without git: from the edits alone. */
export function complaints(given: Case, outcome: Outcome): readonly string[] {
  return [...SLOTS.flatMap((slot) => slotComplaints(slot, given, outcome)), ...addedComplaints(given, outcome)];
}

interface Fact {
  readonly slot: Slot;
  /** Undefined where the user left it alone. */
  readonly mine: FileEdit | undefined;
  readonly theirs: FileEdit;
  readonly now: string;
  readonly was: boolean;
  readonly is: boolean;
  readonly disputed: boolean;
}

function factsOf(slot: Slot, given: Case, { conflicts }: Outcome): Fact {
  const theirs = theirEdit(slot, given);
  const now = pathNow(slot, given);
  const was = !slot.optional || given.extra.before;
  const is = (!slot.optional || given.extra.after) && theirs.how !== 'deleted';
  const mine = was ? given.mine[slot.path] : undefined;
  const names = [slot.path, now, `mine/${slot.path}`];
  const disputed = conflicts.some((path) => names.some((name) => path === name || path.startsWith(`${name}~`)));
  return { slot, mine: mine && isEdit(mine) ? mine : undefined, theirs, now, was, is, disputed };
}

function isEdit({ how, lines, crlf, executable }: FileEdit): boolean {
  return how !== 'lines' || lines.length > 0 || crlf || executable;
}

function slotComplaints(slot: Slot, given: Case, outcome: Outcome): readonly string[] {
  const fact = factsOf(slot, given, outcome);
  if (slot.ownership === 'owned') return ownedComplaints(fact, outcome);
  if (slot.ownership === 'region') return regionComplaints(fact, outcome);
  if (slot.ownership === 'once') return outcome.after[slot.path] === outcome.before[slot.path] ? [] : [`${slot.path}: was ours alone`];
  return [...lostLines(fact, outcome), ...(fact.mine ? mergedComplaints(fact, given, outcome) : untouchedComplaints(fact, given, outcome))];
}

/** Nothing that the user wrote is gone. */
function lostLines({ slot, mine }: Fact, { after }: Outcome): readonly string[] {
  if (!mine || mine.how === 'deleted' || mine.how === 'link') return [];
  const written =
    slot.kind === 'binary' ? (mine.lines.length > 0 ? [entryOf(slot, { mine: mine.lines }, false).content] : []) : mineIn(slot, mine);
  const there = Object.values(after).join('\n');
  return written.filter((line) => !there.includes(line)).map((line) => `lost: ${line}`);
}

function mineIn({ path }: Slot, { lines }: FileEdit): readonly string[] {
  return editedLines(path, { mine: lines }).filter((line) => line.endsWith('by mine'));
}

/** What the user left alone is what the template writes now, to the byte. */
function untouchedComplaints({ slot, theirs, now, was, is }: Fact, { added }: Case, { after }: Outcome): readonly string[] {
  const taken = (path: string) => [...added.mine, ...added.theirs].includes(path);
  const expected = shown(entryOf(slot, { theirs: theirs.lines }, theirs.executable));
  const found = [
    ...(is && !taken(now) && !sameText(after[now], expected, was && theirs.how !== 'renamed')
      ? [`${now}: is not the template’s new one`]
      : []),
    ...((!is || now !== slot.path) && !taken(slot.path) && !added.mine.includes(now) && after[slot.path] !== undefined
      ? [`${slot.path}: should be gone`]
      : []),
  ];
  return found;
}

/** Where the edits are apart the merge is known to the line, its line ends and its executable bit. */
function mergedComplaints(fact: Fact, given: Case, outcome: Outcome): readonly string[] {
  const { slot, mine, theirs, now, is, disputed } = fact;
  if (!mine || given.added.mine.includes(now)) return [];
  if (mine.how === 'deleted') return deletedComplaints(fact, outcome);
  if (mine.how !== 'lines' || theirs.how !== 'lines' || slot.kind === 'binary') return [];
  const isSame = mine.lines.length === 0 && !mine.executable;
  if (!is) return disputed || isSame ? [] : [`${slot.path}: the template gave it up, and nobody was told`];
  if (disputed && areApart(mine.lines, theirs.lines)) return [`${now}: in conflict, and the edits are apart`];
  if (disputed) return [];
  if (!areApart(mine.lines, theirs.lines)) return [];
  const { content } = entryOf(slot, { mine: mine.lines, theirs: theirs.lines }, false);
  const expected = shown({
    content: mine.crlf ? content.replaceAll('\n', '\r\n') : content,
    executable: mine.executable || theirs.executable,
  });
  return outcome.after[now] === expected ? [] : [`${now}: is not both edits`];
}

function deletedComplaints({ slot, theirs, now, is, disputed }: Fact, { after }: Outcome): readonly string[] {
  const changed = theirs.lines.length > 0 || theirs.executable || theirs.how === 'renamed';
  if (disputed) return changed ? [] : [`${slot.path}: in conflict, and only the user deleted it`];
  const text = Object.values(after).join('\n');
  const news = slot.kind === 'binary' ? [] : editedLines(slot.path, { theirs: theirs.lines }).filter((line) => line.endsWith('by theirs'));
  if (is && theirs.lines.includes(GROWN) && news.some((line) => !text.includes(line)))
    return [`${now}: deleted here, changed there, and nobody was told`];
  return !changed && after[slot.path] !== undefined ? [`${slot.path}: is back`] : [];
}

function ownedComplaints({ slot, mine, theirs, is }: Fact, { after, files }: Outcome): readonly string[] {
  const expected = shown(entryOf(slot, { theirs: theirs.lines }, theirs.executable));
  const told = files === undefined || files.some(({ path, fate }) => path === slot.path && fate === 'healed');
  return [
    ...(is && !sameText(after[slot.path], expected, false) ? [`${slot.path}: is not the template’s`] : []),
    ...(mine && mine.lines.length > 0 && mine.how === 'lines' && !told ? [`${slot.path}: taken back, and nobody was told`] : []),
  ];
}

function regionComplaints({ slot, mine, theirs }: Fact, { after }: Outcome): readonly string[] {
  const content = after[slot.path] ?? '';
  const outside = mine === undefined || mine.how === 'lines' ? ['outside by mine'] : [];
  return [
    ...outside.filter((line) => !content.includes(line)).map((line) => `${slot.path}: lost ${line}`),
    ...(regionOf(content).join('\n') === editedLines(slot.path, { theirs: theirs.lines }).join('\n')
      ? []
      : [`${slot.path}: the region is not the template’s`]),
  ];
}

/** New files: of one side they are what that side wrote; of both they are in conflict, or hold both. */
function addedComplaints(given: Case, { before, after, conflicts }: Outcome): readonly string[] {
  const { added } = given;
  const others = SLOTS.map((slot) => pathNow(slot, given));
  return [...new Set([...added.mine, ...added.theirs])].flatMap((path) => {
    if (others.includes(path)) {
      const kept = !added.mine.includes(path) || Object.values(after).some((content) => content.includes(`${path} by mine`));
      return kept ? [] : [`${path}: lost the user’s own file`];
    }
    if (added.mine.includes(path) && added.theirs.includes(path)) {
      const both = Object.values(after).join('\n');
      return conflicts.includes(path) && both.includes(`${path} by mine`) ? [] : [`${path}: both made it, and nobody was told`];
    }
    if (added.mine.includes(path)) return after[path] === before[path] ? [] : [`${path}: is not the user’s own any more`];
    return after[path]?.replaceAll('\r', '') === `${path} by theirs\n` ? [] : [`${path}: is not there`];
  });
}

function shown({ content, executable }: { readonly content: string; readonly executable: boolean }): string {
  return `${executable ? '*' : ''}${content}`;
}

/** A file that is new to the user gets the line ends that most of theirs have. */
function sameText(found: string | undefined, expected: string, exactly: boolean): boolean {
  return exactly ? found === expected : found?.replaceAll('\r', '') === expected;
}
