import fc from 'fast-check';
import { expect, it } from 'vitest';
import { begin, decisionOf, type Event, type Plan, type State, step } from './machine.ts';

const undoable = { undoable: true, deadlineMs: 1_000 };
const lasting = { undoable: false, deadlineMs: 1_000 };
/** reserve, authorise, (pivot) confirm, capture, commit */
const plan: Plan = { steps: [undoable, undoable, lasting, lasting, lasting], pivot: 2, claimMs: 100 };

/** What a life of events does, beginning at 0. */
function live(...events: readonly Event[]): { readonly state: State; readonly done: readonly string[] } {
  let state = begin(plan, 0);
  const done: string[] = [];
  for (const event of events) {
    const [next, actions] = step(plan, state, event);
    state = next;
    done.push(...actions.map((action) => `${action.do} ${action.step}`));
  }
  return { state, done };
}

const due = (at = 0): Event => ({ type: 'due', at });
const succeeded = (at = 0): Event => ({ type: 'succeeded', at });
const failed = (at = 0): Event => ({ type: 'failed', at });
const refused = (at = 0): Event => ({ type: 'refused', reason: 'no', at });
const went = (steps: number) => Array.from({ length: steps }, () => [due(), succeeded()]).flat();

it('goes through all steps, one after the other', () => {
  expect(live(...went(5))).toEqual({ state: { is: 'done' }, done: ['act 0', 'act 1', 'act 2', 'act 3', 'act 4'] });
});

it('undoes in reverse what was done before a refusal', () => {
  const { state, done } = live(...went(2), due(), refused(), due(), succeeded(), due(), succeeded());
  expect(done).toEqual(['act 0', 'act 1', 'act 2', 'undo 1', 'undo 0']);
  expect(state).toEqual({ is: 'undone', reason: 'no' });
});

it('is undone at once where nothing had been done', () => {
  expect(live(due(), refused()).state).toEqual({ is: 'undone', reason: 'no' });
});

it('asks again after a technical failure, later and later', () => {
  const { state } = live(due(), failed());
  expect(state).toMatchObject({ is: 'forward', step: 0, dueAt: 200 });
  expect(live(due(), failed(), due(199)).done).toEqual(['act 0']);
  expect(live(due(), failed(), due(200)).done).toEqual(['act 0', 'act 0']);
  expect(live(due(), failed(), due(200), failed(200)).state).toMatchObject({ dueAt: 600 });
});

it('undoes a step that was refused only when it was asked again: the first time it may have happened', () => {
  expect(live(due(), failed(), due(200), refused(200)).state).toMatchObject({ is: 'backward', step: 0 });
});

it('turns back when it is not decided in time, and undoes the step whose outcome is unknown', () => {
  const { state } = live(...went(1), due(), failed(), due(1_000));
  expect(state).toMatchObject({ is: 'backward', step: 1, reason: 'not decided in time' });
});

it('never turns back beyond the pivot, whatever is refused, late, or wanted', () => {
  for (const event of [refused(), due(9_999), { type: 'compensate', reason: 'by hand', at: 0 }] satisfies Event[]) {
    expect(live(...went(3), due(), event).state).toMatchObject({ is: 'forward', step: 3 });
  }
});

it('is taken up by somebody else only after its claim is over', () => {
  expect(live(due(), due(99)).done).toEqual(['act 0']);
  expect(live(due(), due(100)).done).toEqual(['act 0', 'act 0']);
});

it('is retried at once or turned back by hand', () => {
  expect(live(due(), failed(), { type: 'retry', at: 5 }).state).toMatchObject({ dueAt: 5 });
  expect(live(...went(1), due(), { type: 'compensate', reason: 'a customer called', at: 5 }).state).toMatchObject({
    is: 'backward',
    step: 1,
    reason: 'a customer called',
  });
});

it('keeps on undoing for as long as it takes', () => {
  const { done } = live(...went(1), due(), refused(), due(), failed(), due(200), refused(200), due(100_000), succeeded());
  expect(done).toEqual(['act 0', 'act 1', 'undo 0', 'undo 0', 'undo 0']);
});

/** What may become of an attempt: it happens or not, and the answer arrives or not; or the process dies with the answer. */
const OUTCOMES = ['done', 'refused', 'lost before', 'lost after', 'crash before', 'crash after'] as const;

/**
 * A world of participants that do what is asked at most once, refuse what was undone before it came, and keep to a refusal. The
 * pivot is in the coordinator's own database: it happens together with the state, or not at all.
 */
class World {
  readonly happened = new Set<number>();
  readonly tombstones = new Set<number>();
  readonly refusals = new Set<number>();
  readonly undone: number[] = [];

  attempt(action: string, index: number, outcome: (typeof OUTCOMES)[number]): 'succeeded' | 'refused' | 'failed' | 'crashed' {
    if (outcome === 'lost before') return 'failed';
    if (outcome === 'crash before' || (index === plan.pivot && outcome === 'crash after')) return 'crashed';
    const answer = action === 'act' ? this.act(index, outcome === 'refused') : this.undo(index);
    if (outcome === 'crash after') return 'crashed';
    return outcome === 'lost after' && index !== plan.pivot ? 'failed' : answer;
  }

  act(index: number, refuse: boolean): 'succeeded' | 'refused' {
    if (this.happened.has(index)) return 'succeeded';
    if (this.tombstones.has(index) || this.refusals.has(index) || (refuse && index <= plan.pivot)) {
      this.refusals.add(index);
      return 'refused';
    }
    this.happened.add(index);
    return 'succeeded';
  }

  undo(index: number): 'succeeded' {
    this.tombstones.add(index);
    if (this.happened.delete(index)) this.undone.push(index);
    return 'succeeded';
  }
}

it('ends with everything done or nothing, for any order of answers, losses and crashes', () => {
  const pauses = fc.constantFrom(0, 150, 400, 2_000);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...OUTCOMES), pauses), { maxLength: 40 }), (moves) => {
      const world = new World();
      let state = begin(plan, 0);
      let at = 0;
      let decided: string | undefined;
      for (let turn = 0; state.is === 'forward' || state.is === 'backward'; turn++) {
        expect(turn).toBeLessThan(200);
        const [outcome, pause] = moves[turn] ?? ['done', 100_000];
        at += pause;
        const [begun, actions] = step(plan, state, { type: 'due', at });
        state = begun; // kept before anything is done: a crash from here on finds it
        for (const action of actions) {
          const answer = world.attempt(action.do, action.step, outcome);
          if (answer !== 'crashed') [state] = step(plan, state, { type: answer, reason: 'no', at });
        }
        const now = decisionOf(plan, state);
        expect(decided === undefined || decided === now).toBe(true);
        decided = now;
      }
      expect([...world.happened]).toEqual(state.is === 'done' ? [0, 1, 2, 3, 4] : []);
      expect(world.undone).toEqual(world.undone.toSorted((left, right) => right - left));
    }),
    { numRuns: 3_000 },
  );
});
