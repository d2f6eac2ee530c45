import { expect, it } from 'vitest';
import { type Action, type Event, type State, step } from './lifecycle.ts';

const error = new Error('no');
const failed = { type: 'start-failed', error, configuration: false } as const;
const misconfigured = { type: 'start-failed', error, configuration: true } as const;
const crashed = { type: 'crashed', error } as const;
const [started, signal, stopped] = [{ type: 'started' }, { type: 'signal' }, { type: 'stopped' }] as const;

/** What a life of events makes the driver do. */
function actions(...events: readonly Event[]): readonly string[] {
  let state: State = { is: 'starting' };
  return events.flatMap((event) => {
    const [next, todo] = step(state, event);
    state = next;
    return todo.map((action: Action) => (action.do === 'exit' ? `exit ${action.code}` : action.do));
  });
}

it.each<[string, readonly Event[], readonly string[]]>([
  ['is stopped as asked', [started, signal, stopped], ['stop', 'exit 0']],
  ['is wrongly configured', [misconfigured], ['report', 'exit 78']],
  ['cannot start', [failed], ['report', 'exit 1']],
  ['is stopped while it starts', [signal, failed], ['give-up-start', 'exit 0']],
  ['has just started when it is stopped', [signal, started, stopped], ['give-up-start', 'stop', 'exit 0']],
  ['is told twice', [started, signal, signal], ['stop', 'exit 130']],
  ['is told twice while it starts', [signal, signal], ['give-up-start', 'exit 130']],
  ['crashes', [started, crashed], ['report', 'exit 1']],
  ['crashes as it stops', [started, signal, crashed], ['stop', 'report', 'exit 1']],
])('ends right where it %s', (_, events, expected) => {
  expect(actions(...events)).toEqual(expected);
});

it('does nothing more once it has ended', () => {
  expect(actions(failed, signal, stopped, crashed, started)).toEqual(['report', 'exit 1']);
});
