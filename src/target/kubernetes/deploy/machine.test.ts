import { describe, expect, it } from 'vitest';
import type { Verdict } from '../verdict/verdict.ts';
import { type Event, type Stages, type State, step } from './machine.ts';

/** Three groups, the second of which is waited for. */
const stages: Stages = {
  groups: 3,
  awaits: (group) => group === 1,
  hasLastGood: true,
  noWayBack: () => undefined,
  patienceMs: 1_000,
  rollbackPatienceMs: 500,
};

const did = (at = 0): Event => ({ is: 'did', at });
const couldNot = (why = 'no right'): Event => ({ is: 'could-not', why });
const judged = (verdict: Verdict, at = 0): Event => ({ is: 'judged', verdict, at });
const ready: Verdict = { state: 'ready' };
const waiting: Verdict = { state: 'waiting', for: 'new pods: 0 of 1 ready', causes: [] };
const failed: Verdict = {
  state: 'failed',
  causes: [{ reason: 'crash', object: 'pod/x', message: 'it ended with exit code 1', hint: '', final: true }],
};

/** The actions that a list of events leads to, and where it ends. */
function run(events: readonly Event[], of: Stages = stages): { readonly actions: readonly string[]; readonly end: State } {
  let state: State = { is: 'new' };
  const actions: string[] = [];
  for (const event of [{ is: 'begin' } as const, ...events]) {
    const [next, action] = step(state, event, of);
    state = next;
    if (action) actions.push('group' in action ? `${action.is} ${action.group}` : action.is);
  }
  return { actions, end: state };
}

describe('a deploy', () => {
  it('writes down what it will do, applies group by group, waits where it has to, and takes away what is left', () => {
    const { actions, end } = run([did(), did(), did(), judged(waiting, 10), judged(ready, 20), did(), did(), did()]);
    expect(actions).toEqual(['record', 'apply 0', 'apply 1', 'judge 1', 'judge 1', 'apply 2', 'prune', 'close']);
    expect(end).toEqual({ is: 'done', outcome: { is: 'deployed' } });
  });

  it('keeps the evidence before it goes back, and says that the last good version serves', () => {
    const { actions, end } = run([did(), did(), did(), judged(failed), did(), did(), judged(waiting, 1), judged(ready, 2), did()]);
    expect(actions.slice(4)).toEqual(['keep-evidence', 'go-back', 'judge last-good', 'judge last-good', 'close']);
    expect(end).toEqual({ is: 'done', outcome: { is: 'failed', why: 'it ended with exit code 1', restored: true } });
  });

  it('loses its patience with a version that is never ready, and says for what it waited', () => {
    const { end } = run([did(), did(), did(100), judged(waiting, 1_099), judged(waiting, 1_100), did(), did(), judged(ready), did()]);
    expect(end).toMatchObject({ outcome: { is: 'failed', why: 'after 1 s it still waits for new pods: 0 of 1 ready', restored: true } });
  });

  it('has nowhere to go back to the first time: what failed stays to be looked at', () => {
    const { actions, end } = run([did(), did(), did(), judged(failed), did(), did()], { ...stages, hasLastGood: false });
    expect(actions.slice(4)).toEqual(['keep-evidence', 'close']);
    expect(end).toMatchObject({ outcome: { is: 'failed', restored: false } });
  });

  it('ends a roll-back that does not get there, by a patience of its own', () => {
    const { end } = run([did(), did(), did(), judged(failed), did(), did(50), judged(failed, 549), judged(waiting, 550), did()]);
    expect(end).toMatchObject({ outcome: { is: 'failed', why: 'it ended with exit code 1', restored: false } });
  });
});

describe('after a migration that leaves no way back', () => {
  const noWayBack = (group: number) => (group >= 1 ? '0002_drop.sql takes away users.email' : undefined);

  it('a failed version stays, and why is said', () => {
    const { actions, end } = run([did(), did(), did(), judged(failed), did(), did()], { ...stages, noWayBack });
    expect(actions.slice(4)).toEqual(['keep-evidence', 'close']);
    expect(end).toMatchObject({ outcome: { restored: false, noWayBack: '0002_drop.sql takes away users.email' } });
  });

  it('what failed before it goes back all the same', () => {
    const { actions } = run([did(), couldNot(), did()], { ...stages, noWayBack });
    expect(actions).toEqual(['record', 'apply 0', 'keep-evidence', 'go-back']);
  });
});

describe('an action that cannot be carried out', () => {
  it.each([
    ['before anything was written changes nothing', [couldNot()], { is: 'failed', why: 'no right', restored: true }],
    [
      'while applying goes back',
      [did(), couldNot(), did(), did(), judged(ready), did()],
      { is: 'failed', why: 'no right', restored: true },
    ],
    [
      'while waiting goes back',
      [did(), did(), did(), couldNot(), did(), did(), judged(ready), did()],
      { is: 'failed', why: 'no right', restored: true },
    ],
    [
      'while looking at a failure does not keep it from going back',
      [did(), did(), did(), judged(failed), couldNot(), did(), judged(ready), did()],
      { is: 'failed', why: 'it ended with exit code 1', restored: true },
    ],
    [
      'while going back is told beside the first reason',
      [did(), couldNot('a'), did(), couldNot('b'), did()],
      { is: 'failed', why: 'a; and going back failed: b', restored: false },
    ],
    [
      'while taking away what is left leaves it to the next run',
      [did(), did(), did(), judged(ready), did(), couldNot(), did()],
      { is: 'deployed', note: 'what is not wanted any more is still there: no right' },
    ],
    [
      'while closing changes nothing that serves',
      [did(), did(), did(), judged(ready), did(), did(), couldNot()],
      { is: 'deployed', note: 'that it is over could not be written down: no right' },
    ],
  ] as const)('%s', (_, events, outcome) => expect(run(events).end).toEqual({ is: 'done', outcome }));
});
