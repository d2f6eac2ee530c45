import * as fc from 'fast-check';

/** A file of the template, by what the template says about it. */
export interface Slot {
  readonly path: string;
  readonly ownership: 'merged' | 'owned' | 'once' | 'region';
  readonly kind?: 'binary';
  /** Where the next version moves it, by its own declaration. */
  readonly movedTo?: string;
  /** Only with the answer `extra: on`. */
  readonly optional?: true;
}

export const SLOTS: readonly Slot[] = [
  { path: 'a.txt', ownership: 'merged' },
  { path: 'src/b.txt', ownership: 'merged' },
  { path: 'src/deep/run.sh', ownership: 'merged' },
  { path: 'logo.bin', ownership: 'merged', kind: 'binary' },
  { path: 'm/one.txt', ownership: 'merged', movedTo: 'n/one.txt' },
  { path: 'two.txt', ownership: 'merged', movedTo: 'n/deep/two.txt' },
  { path: 'extra/e.txt', ownership: 'merged', optional: true },
  { path: 'own/ci.txt', ownership: 'owned' },
  { path: 'once/main.txt', ownership: 'once' },
  { path: 'SHARED', ownership: 'region' },
];

export interface LineEdit {
  readonly line: number;
  readonly how: 'replaced' | 'inserted' | 'removed';
}

/** What somebody makes of a file. */
export interface FileEdit {
  readonly how: 'lines' | 'deleted' | 'renamed' | 'link';
  readonly lines: readonly LineEdit[];
  readonly crlf: boolean;
  readonly executable: boolean;
}

export type Edits = Readonly<Record<string, FileEdit>>;

/** Where the disk fails: at the n-th change, for once or for good. */
export interface DiskFault {
  readonly at: number;
  readonly how: 'fails' | 'stays full' | 'dies';
}

export interface Case {
  readonly mine: Edits;
  readonly theirs: Edits;
  /** New files: the user's own, the template's, or both at one path. */
  readonly added: { readonly mine: readonly string[]; readonly theirs: readonly string[] };
  /** The answer `extra` before and after. */
  readonly extra: { readonly before: boolean; readonly after: boolean };
  readonly moves: boolean;
  readonly disk: DiskFault | undefined;
}

export const LINES = 24;
/** So much more at the end that nobody takes the file for the same one any more. */
export const GROWN: LineEdit = { line: LINES, how: 'inserted' };

const lineEdit: fc.Arbitrary<LineEdit> = fc.record({
  line: fc.nat(LINES - 1),
  how: fc.constantFrom('replaced', 'replaced', 'inserted', 'removed'),
});

function fileEdit(ways: readonly FileEdit['how'][]): fc.Arbitrary<FileEdit> {
  return fc.record({
    how: fc.constantFrom(...ways),
    lines: fc.uniqueArray(lineEdit, { maxLength: 3, selector: ({ line }) => line }),
    crlf: fc.boolean(),
    executable: fc.boolean(),
  });
}

const edits = (ways: readonly FileEdit['how'][]) => fc.dictionary(fc.constantFrom(...SLOTS.map(({ path }) => path)), fileEdit(ways));
const ADDED = ['x/new.txt', 'x/other.txt', 'docs/y.md', 'n/one.txt'];
const added = fc.uniqueArray(fc.constantFrom(...ADDED), { maxLength: 2 });

/** Two sets of edits of one service, by its user and by the next version of its template, and a disk. */
export const upgradeCase: fc.Arbitrary<Case> = fc.record({
  mine: edits(['lines', 'lines', 'lines', 'deleted', 'renamed', 'link']),
  theirs: edits(['lines', 'lines', 'lines', 'deleted', 'renamed']),
  added: fc.record({ mine: added, theirs: added }),
  extra: fc.record({ before: fc.boolean(), after: fc.boolean() }),
  moves: fc.boolean(),
  disk: fc.option(fc.record({ at: fc.integer({ min: 1, max: 60 }), how: fc.constantFrom('fails', 'stays full', 'dies') }), {
    nil: undefined,
  }),
});

/** Every line of every file is another one, so that each can be looked for. */
export function pristineLines(path: string): readonly string[] {
  return Array.from({ length: LINES }, (_, line) => `${path} ${line} as it was`);
}

/** What is left of a file's lines after these edits, given by who makes them. */
export function editedLines(path: string, by: Readonly<Record<string, readonly LineEdit[]>>): readonly string[] {
  const grown = Object.entries(by).filter(([, all]) => all.includes(GROWN));
  const tail = grown.flatMap(([who]) => Array.from({ length: 4 * LINES }, (_, line) => `${path} grown ${line} by ${who}`));
  const lines = pristineLines(path).flatMap((line, at) => {
    const here = Object.entries(by).flatMap(([who, all]) => all.filter((each) => each.line === at).map((each) => ({ who, ...each })));
    const written = here.flatMap(({ who, how }) => (how === 'removed' ? [] : [`${path} ${at} by ${who}`]));
    return here.some(({ how }) => how !== 'inserted') ? written : [line, ...written];
  });
  return [...lines, ...tail];
}

/** Whether nobody's edits are near the other's, so that a merge has nothing to ask. */
export function areApart(mine: readonly LineEdit[], theirs: readonly LineEdit[]): boolean {
  return mine.every((a) => theirs.every((b) => Math.abs(a.line - b.line) > 3));
}
