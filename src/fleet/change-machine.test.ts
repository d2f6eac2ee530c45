import { describe, expect, it } from 'vitest';
import { beginning, type ChangeAction, type ChangeEvent, type ChangeRules, type ChangeState, step } from './change-machine.ts';
import type { PullRequest } from './forge/forge.ts';

const request = (more: Partial<PullRequest> = {}): PullRequest => ({
  number: 7,
  url: 'https://git.example/7',
  state: 'open',
  draft: false,
  head: 'c1',
  mergeable: true,
  checks: 'none',
  title: '',
  body: '',
  ...more,
});

const RULES: ChangeRules = { until: 'propose', look: false, check: false, retry: false };
const begin: ChangeEvent = { type: 'begin' };
const behind: ChangeEvent = { type: 'planned', behind: true };
const none: ChangeEvent = { type: 'found', same: false };
const made: ChangeEvent = { type: 'committed', commit: 'c1', isNew: true };
const failed = (more: Partial<Extract<ChangeEvent, { type: 'failed' }>> = {}): ChangeEvent => ({
  type: 'failed',
  reason: 'no answer',
  hint: '',
  isPassing: true,
  ...more,
});

/** What is done after each event. */
function run(rules: Partial<ChangeRules>, events: readonly ChangeEvent[]): readonly ChangeAction[] {
  let state: ChangeState = beginning({ ...RULES, ...rules });
  return events.map((event) => {
    const [next, action] = step(state, event);
    state = next;
    return action;
  });
}

const words = (actions: readonly ChangeAction[]) =>
  actions.map((action) => ('do' in action ? action.do : 'wait' in action ? action.wait : `end: ${action.end.state}`));

describe('a change', () => {
  it.each<[string, Partial<ChangeRules>, ChangeEvent[], (string | number)[]]>([
    [
      'is planned, looked for, committed, pushed and proposed',
      {},
      [begin, behind, none, made, { type: 'pushed' }, { type: 'proposed', pullRequest: request() }],
      ['plan', 'find', 'commit', 'push', 'propose', 'end: open'],
    ],
    [
      'is checked before anybody sees it',
      { check: true },
      [begin, behind, none, made, { type: 'checked', passed: true, reason: '' }],
      ['plan', 'find', 'commit', 'check', 'push'],
    ],
    [
      'ends where its check fails',
      { check: true },
      [begin, behind, none, made, { type: 'checked', passed: false, reason: 'no' }],
      ['plan', 'find', 'commit', 'check', 'end: failed'],
    ],
    [
      'is not checked again where its commit was there',
      { check: true },
      [begin, behind, none, { type: 'committed', commit: 'c1', isNew: false }],
      ['plan', 'find', 'commit', 'push'],
    ],
    ['is a commit where there is no remote', { until: 'commit' }, [begin, behind, made], ['plan', 'commit', 'end: committed']],
    [
      'is a branch where there is no forge',
      { until: 'push' },
      [begin, behind, made, { type: 'pushed' }],
      ['plan', 'commit', 'push', 'end: pushed'],
    ],
    ['is left alone where it is up to date', {}, [begin, { type: 'planned', behind: false }, none], ['plan', 'find', 'end: current']],
    [
      'is merged where its pull request is and nothing is left to do',
      {},
      [begin, { type: 'planned', behind: false }, { type: 'found', same: true, pullRequest: request({ state: 'merged' }) }],
      ['plan', 'find', 'end: merged'],
    ],
    [
      'that was committed here before and is up to date now was merged',
      { until: 'commit' },
      [begin, { type: 'planned', behind: false, earlier: { state: 'committed' } }],
      ['plan', 'end: merged'],
    ],
    [
      'stays as people review it',
      {},
      [begin, behind, { type: 'found', same: true, pullRequest: request({ mergeable: undefined }) }],
      ['plan', 'find', 'end: open'],
    ],
    [
      'whose pull request cannot be merged any more is brought up to date',
      {},
      [begin, behind, { type: 'found', same: true, pullRequest: request({ mergeable: false }) }],
      ['plan', 'find', 'commit'],
    ],
    [
      'that is another upgrade than the open one goes onto the same branch',
      {},
      [begin, behind, { type: 'found', same: false, pullRequest: request() }],
      ['plan', 'find', 'commit'],
    ],
    [
      'that somebody closed stays closed',
      {},
      [begin, behind, { type: 'found', same: true, pullRequest: request({ state: 'closed' }) }],
      ['plan', 'find', 'end: closed'],
    ],
    [
      'that somebody closed is tried again where the user says so',
      { retry: true },
      [begin, behind, { type: 'found', same: true, pullRequest: request({ state: 'closed' }) }],
      ['plan', 'find', 'commit'],
    ],
    [
      'that failed before is not tried again by itself',
      {},
      [begin, { type: 'planned', behind: true, earlier: { state: 'failed', reason: 'x', hint: '' } }],
      ['plan', 'end: failed'],
    ],
    [
      'that nobody can plan ends at once',
      {},
      [begin, { type: 'planned', behind: false, stuck: { state: 'conflict', reason: 'x', hint: '' } }],
      ['plan', 'end: conflict'],
    ],
    [
      'is never pushed over what others committed',
      {},
      [begin, behind, none, { type: 'taken', reason: 'x', hint: '' }],
      ['plan', 'find', 'commit', 'end: conflict'],
    ],
    ['is only looked at', { look: true }, [begin, behind, none], ['plan', 'find', 'end: behind']],
  ])('%s', (_, rules, events, expected) => expect(words(run(rules, events))).toEqual(expected));

  it('tries again what may pass, with longer pauses, and gives up in the end', () => {
    const events = [
      begin,
      failed(),
      { type: 'waited' } as const,
      failed(),
      { type: 'waited' } as const,
      failed(),
      { type: 'waited' } as const,
      failed(),
    ];
    expect(words(run({}, events))).toEqual(['plan', 1_000, 'plan', 2_000, 'plan', 4_000, 'plan', 'end: failed']);
  });

  it('waits as long as a forge asks, as often as it asks', () => {
    const limit = failed({ waitMs: 60_000 });
    const events = [begin, behind, ...Array.from({ length: 6 }, () => [limit, { type: 'waited' } as const]).flat(), none];
    expect(words(run({}, events)).slice(2)).toEqual([...Array.from({ length: 6 }, () => [60_000, 'find']).flat(), 'commit']);
  });

  it('does not wait for a limit that outlasts the day, nor for what will not pass', () => {
    expect(words(run({}, [begin, failed({ waitMs: 7_200_000 })]))).toEqual(['plan', 'end: failed']);
    expect(words(run({}, [begin, failed({ isPassing: false })]))).toEqual(['plan', 'end: failed']);
  });

  it('takes an event out of turn for a mistake', () => {
    expect(() => run({}, [begin, { type: 'pushed' }])).toThrow('unexpected plan:pushed');
  });
});
