import { isTold, judge, sameFiles, whereabouts } from './observe.ts';
import { type Case, lines, type Scene } from './scene.ts';
import type { Workplace } from './workplace.ts';

/** What one tool did in one situation. */
export interface Answer {
  readonly good: boolean;
  readonly says: string;
}

/** Something that is asked of updates beyond the twelve cases, and how the answer is seen. */
export interface Question {
  readonly title: string;
  ask(place: Workplace): Promise<Answer>;
}

const EDITED = { 'a.txt': lines('3 mine') };
const ORDINARY: Scene = {
  was: { files: { 'a.txt': lines(), 'name.txt': 'for @name@\n' } },
  edits: EDITED,
  now: { files: { 'a.txt': lines('15 theirs'), 'name.txt': 'for @name@\n' } },
};
const DISPUTED: Scene = { ...ORDINARY, now: { files: { ...ORDINARY.was.files, 'a.txt': lines('3 theirs') } } };

const SCAN = '      - run: scan-for-secrets\n';
const PIPELINE = `jobs:\n  check:\n    steps:\n      - run: npm test\n${SCAN}`;
const WEAKENED: Scene = {
  was: { files: { ...ORDINARY.was.files, 'ci.yml': PIPELINE }, owned: ['ci.yml'] },
  edits: { 'ci.yml': (text) => text.replace(SCAN, '') },
  now: { files: { ...ORDINARY.now.files, 'ci.yml': PIPELINE }, owned: ['ci.yml'] },
};

const TOKEN = 'hunter2-hunter2';
const SECRET: Scene = { ...ORDINARY, token: TOKEN };

const SHARED: Case = {
  title: '',
  was: { files: { 'a.txt': 'a\n', CODEOWNERS: '/services/@name@/ @team-a\n' }, shared: ['CODEOWNERS'] },
  edits: { CODEOWNERS: (text) => `/docs/ @mine\n${text}/web/ @mine\n` },
  now: { files: { 'a.txt': 'a\n', CODEOWNERS: '/services/@name@/ @team-b\n' }, shared: ['CODEOWNERS'] },
  mine: { line: '/web/ @mine' },
  theirs: { line: '/services/orders/ @team-b' },
  right: 'both',
};

const MOVED_TWICE: Case = {
  ...ORDINARY,
  title: '',
  edits: { 'a.txt': undefined, 'mine/a.txt': lines('3 mine') },
  now: { files: { 'theirs/a.txt': lines('15 theirs'), 'name.txt': 'for @name@\n' } },
  mine: { line: '3 mine' },
  theirs: { line: '15 theirs' },
  right: 'told',
};

export const QUESTIONS: readonly Question[] = [
  {
    title: 'A file is shared: your lines stand right beside the template’s, and the template changes its own',
    async ask(place) {
      await place.prepare(SHARED);
      const outcome = await place.updated(SHARED);
      const verdict = judge(SHARED, outcome);
      return verdict === 'right' ? yes('both are there') : no(verdict, outcome.exitCode);
    },
  },
  {
    title: 'Somebody takes the scan for secrets out of the pipeline: does the check for drift say so?',
    async ask(place) {
      await place.makeAndEdit(WEAKENED);
      const { exitCode } = await place.run(place.tool.drift);
      return { good: exitCode === 1, says: `${exitCode === 1 ? 'yes' : 'no'}, exit ${exitCode}` };
    },
  },
  {
    title: 'Is the scan back after the next update?',
    async ask(place) {
      await place.prepare(WEAKENED);
      const { exitCode, after } = await place.updated(WEAKENED);
      const back = whereabouts({ line: SCAN.trimEnd() }, after) === 'there';
      return { good: back, says: back ? 'yes' : `no, exit ${exitCode}` };
    },
  },
  {
    title: 'Is a secret answer kept out of the service?',
    async ask(place) {
      await place.makeAndEdit(SECRET);
      const found = [...place.files()].filter(([, { content }]) => Buffer.from(content as Uint8Array).includes(TOKEN));
      return found.length === 0 ? yes('yes') : { good: false, says: `no, it is in ${found.map(([path]) => `\`${path}\``).join(', ')}` };
    },
  },
  {
    title: 'Does an update work without the secret?',
    async ask(place) {
      await place.prepare(SECRET);
      return updatedWell(place, SECRET);
    },
  },
  {
    title: 'You rename and edit a file that the template renames otherwise and edits',
    async ask(place) {
      await place.prepare(MOVED_TWICE);
      const outcome = await place.updated(MOVED_TWICE);
      return isTold(outcome) && judge(MOVED_TWICE, outcome) === 'conflict'
        ? yes(`conflict, exit ${outcome.exitCode}`)
        : no('changed otherwise', outcome.exitCode);
    },
  },
  {
    title: 'The version that made the service is gone from the template’s history',
    async ask(place) {
      const forgotten = { ...ORDINARY, forgotten: true };
      await place.prepare(forgotten);
      return updatedWell(place, forgotten);
    },
  },
  {
    title: 'A file that the update leaves alone is not committed yet',
    async ask(place) {
      await place.prepare(ORDINARY);
      place.edit('draft.txt', 'a draft\n');
      return updatedWell(place, ORDINARY);
    },
  },
  {
    title: 'Does a rehearsal name the file that will be in conflict?',
    async ask(place) {
      await place.prepare(DISPUTED);
      const before = place.files();
      const { exitCode, output } = await place.run(place.tool.rehearse);
      const named = output.includes('a.txt') && sameFiles(before, place.files());
      return { good: named, says: named ? 'yes' : `no, exit ${exitCode}` };
    },
  },
  {
    title: 'Can an update that ended in a conflict be taken back by the tool?',
    async ask(place) {
      await place.prepare(DISPUTED);
      const { before } = await place.updated(DISPUTED);
      const { exitCode } = await place.run(place.tool.takeBack);
      const back = sameFiles(before, place.files());
      return { good: back, says: back ? 'yes' : `no, exit ${exitCode}` };
    },
  },
  {
    title: 'The template holds a symbolic link',
    async ask(place) {
      const linked = { ...ORDINARY, was: { files: { ...ORDINARY.was.files, link: { link: 'a.txt' } } } };
      const { exitCode } = await place.make(linked);
      if (exitCode !== 0) return { good: false, says: `the template is refused, exit ${exitCode}` };
      const content = place.files().get('link')?.content;
      const kept = typeof content === 'object' && 'link' in content;
      return { good: kept, says: kept ? 'it stays one' : 'it becomes a copy' };
    },
  },
];

async function updatedWell(place: Workplace, scene: Scene): Promise<Answer> {
  const outcome = await place.updated(scene);
  const both = whereabouts({ line: '3 mine' }, outcome.after) === 'there' && whereabouts({ line: '15 theirs' }, outcome.after) === 'there';
  if (both && outcome.exitCode === 0) return yes('both changes are there');
  return { good: false, says: `the update fails, exit ${outcome.exitCode}` };
}

const yes = (says: string): Answer => ({ good: true, says });
const no = (verdict: string, exitCode: number): Answer => ({ good: false, says: `${verdict}, exit ${exitCode}` });
