import { type Case, lines } from './scene.ts';

const logo = (last: number) => new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, last]);
const windows = (text: string) => text.replaceAll('\n', '\r\n');
const unended = (text: string) => text.slice(0, -1);

const MINE = { line: '3 mine' };
const THEIRS = { line: '15 theirs' };
const BOTH = lines('3 mine', '15 theirs');
const EDITED = { 'a.txt': lines('3 mine') };
const WAS = { files: { 'a.txt': lines(), 'other.txt': 'for @name@\n' } };
const OTHER = { 'other.txt': 'new for @name@\n' };

/** Twelve situations in which updates of generated code go wrong, each with what a right result is. */
export const CASES: readonly Case[] = [
  {
    title: 'the template renames a file that you edited',
    was: WAS,
    edits: EDITED,
    now: { files: { 'b.txt': lines('15 theirs'), ...OTHER } },
    mine: MINE,
    theirs: THEIRS,
    right: { files: { 'a.txt': undefined, 'b.txt': BOTH, 'other.txt': 'new for orders\n' } },
  },
  {
    title: 'you rename a file that the template edits',
    was: WAS,
    edits: { 'a.txt': undefined, 'mine/a.txt': lines() },
    now: { files: { 'a.txt': lines('15 theirs'), ...OTHER } },
    mine: { absent: 'a.txt' },
    theirs: THEIRS,
    right: { files: { 'a.txt': undefined, 'mine/a.txt': lines('15 theirs'), 'other.txt': 'new for orders\n' } },
  },
  {
    title: 'the template deletes a file that you edited',
    was: WAS,
    edits: EDITED,
    now: { files: OTHER },
    mine: MINE,
    theirs: { absent: 'a.txt' },
    right: 'told',
  },
  {
    title: 'an answer is switched off whose file you edited',
    was: { ...WAS, optional: ['a.txt'] },
    edits: EDITED,
    now: { files: { ...WAS.files, ...OTHER }, optional: ['a.txt'] },
    extra: { was: true, now: false },
    mine: MINE,
    theirs: { absent: 'a.txt' },
    right: 'told',
  },
  {
    title: 'you delete a file that the template edits',
    was: WAS,
    edits: { 'a.txt': undefined },
    now: { files: { 'a.txt': lines('15 theirs'), ...OTHER } },
    mine: { absent: 'a.txt' },
    theirs: THEIRS,
    right: 'told',
  },
  {
    title: 'you replace a picture that the template leaves alone',
    was: { files: { ...WAS.files, 'logo.png': logo(1) } },
    edits: { 'logo.png': logo(2) },
    now: { files: { 'a.txt': lines('15 theirs'), 'logo.png': logo(1), ...OTHER } },
    mine: { path: 'logo.png', is: logo(2) },
    theirs: THEIRS,
    right: { files: { 'logo.png': logo(2), 'a.txt': lines('15 theirs'), 'other.txt': 'new for orders\n' } },
  },
  {
    title: 'both replace a picture',
    was: { files: { ...WAS.files, 'logo.png': logo(1) } },
    edits: { 'logo.png': logo(2) },
    now: { files: { 'a.txt': lines(), 'logo.png': logo(3), ...OTHER } },
    mine: { path: 'logo.png', is: logo(2) },
    theirs: { path: 'logo.png', is: logo(3) },
    right: 'told',
  },
  {
    title: 'both make the same edit',
    was: WAS,
    edits: EDITED,
    now: { files: { 'a.txt': lines('3 mine'), 'other.txt': 'new for @name@\n' } },
    mine: MINE,
    theirs: { line: 'new for orders' },
    right: { files: { 'a.txt': lines('3 mine'), 'other.txt': 'new for orders\n' } },
  },
  {
    title: 'your file has Windows line ends, and both edit it',
    was: WAS,
    edits: { 'a.txt': windows(lines('3 mine')) },
    now: { files: { 'a.txt': lines('15 theirs'), ...OTHER } },
    mine: MINE,
    theirs: THEIRS,
    right: { files: { 'a.txt': windows(BOTH), 'other.txt': 'new for orders\n' } },
  },
  {
    title: 'spaces and umlauts in a name, no last line end, and the file becomes executable',
    was: { files: { ...WAS.files, 'für alle/so gehts.sh': unended(lines()) } },
    edits: { 'für alle/so gehts.sh': unended(lines('3 mine')) },
    now: { files: { ...WAS.files, 'für alle/so gehts.sh': unended(lines('15 theirs')) }, executable: ['für alle/so gehts.sh'] },
    mine: MINE,
    theirs: { executable: 'für alle/so gehts.sh' },
    right: { files: { 'für alle/so gehts.sh': unended(BOTH) } },
  },
  {
    title: 'you put a link in the place of a file that the template edits',
    was: WAS,
    edits: { 'a.txt': { link: 'mine.txt' }, 'mine.txt': lines('3 mine') },
    now: { files: { 'a.txt': lines('15 theirs'), ...OTHER } },
    mine: { path: 'a.txt', is: { link: 'mine.txt' } },
    theirs: THEIRS,
    right: 'told',
  },
  {
    title: 'both edit the same line',
    was: WAS,
    edits: EDITED,
    now: { files: { 'a.txt': lines('3 theirs'), ...OTHER } },
    mine: MINE,
    theirs: { line: '3 theirs' },
    right: 'told',
  },
];
