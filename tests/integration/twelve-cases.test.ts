import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CASES } from '../../bench/peers/cases.ts';
import { caseAnswer } from '../../bench/peers/compare.ts';
import { judge, type Outcome, type Snapshot } from '../../bench/peers/observe.ts';
import { type Case, type Content, lines } from '../../bench/peers/scene.ts';
import { svckit } from '../../bench/peers/svckit.ts';
import { Workplace } from '../../bench/peers/workplace.ts';

const bin = process.env['SVCKIT_BIN'] ?? join(import.meta.dirname, '../../bin/svc.js');

describe('an upgrade keeps both changes, or ends in a conflict that is told, where', () => {
  it.concurrent.each(CASES.map((scene) => [scene.title, scene] as const))('%s', async (_, scene) => {
    const place = new Workplace(svckit(bin));
    try {
      const answer = await caseAnswer(scene, place);
      expect(answer).toEqual({ good: true, says: scene.right === 'told' ? 'conflict, exit 4, still 1.0.0' : 'right' });
    } finally {
      place.end();
    }
  });
});

describe('the judge of the comparison', () => {
  const scene: Case = {
    title: '',
    was: { files: {} },
    edits: {},
    now: { files: {} },
    mine: { line: '3 mine' },
    theirs: { line: '15 theirs' },
    right: { files: { 'a.txt': lines('3 mine', '15 theirs') } },
  };
  const disputed = `<<<<<<< yours\n3 mine\n=======\n15 theirs\n>>>>>>> template\n`;

  const snapshot = (files: Readonly<Record<string, Content>>): Snapshot =>
    new Map(Object.entries(files).map(([path, content]) => [path, { content, executable: false }]));
  const outcome = (after: Readonly<Record<string, Content>>, exitCode = 0): Outcome => ({
    exitCode,
    before: snapshot({ 'a.txt': lines('3 mine') }),
    after: snapshot(after),
    unmerged: false,
  });

  it.each([
    ['right where exactly the wanted files are there', { 'a.txt': lines('3 mine', '15 theirs') }, 'right'],
    ['mine lost where the user’s line is nowhere', { 'a.txt': lines('15 theirs') }, 'mine lost'],
    ['theirs lost where the template’s line is nowhere, and nothing says so', { 'a.txt': lines('3 mine') }, 'theirs lost'],
    ['a needless conflict where both are between markers', { 'a.txt': disputed }, 'needless conflict'],
    [
      'a needless conflict where one is left in a file of rejects',
      { 'a.txt': lines('3 mine'), 'a.txt.rej': '+15 theirs\n' },
      'needless conflict',
    ],
    ['changed otherwise where both lines are there in another file', { 'b.txt': lines('3 mine', '15 theirs') }, 'changed otherwise'],
  ] as const)('calls it %s', (_, after, verdict) => {
    expect(judge(scene, outcome(after))).toBe(verdict);
  });

  it('calls it a conflict only where it is told', () => {
    const honest = { ...scene, right: 'told' as const };
    expect(judge(honest, outcome({ 'a.txt': disputed }, 4))).toBe('conflict');
    expect(judge(honest, outcome({ 'a.txt': lines('3 mine', '15 theirs') }))).toBe('changed otherwise');
  });

  it('calls it refused where nothing was written and the exit code says so', () => {
    expect(judge(scene, outcome({ 'a.txt': lines('3 mine') }, 1))).toBe('refused');
  });

  it('does not take a deletion that was not told for a conflict', () => {
    const deleted: Case = { ...scene, theirs: { absent: 'a.txt' }, right: 'told' };
    expect(judge(deleted, outcome({ 'a.txt': lines('3 mine') }))).toBe('theirs lost');
    expect(judge(deleted, outcome({}))).toBe('mine lost');
  });
});
