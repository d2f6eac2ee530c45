/** What the machine knows of a saga's steps: those before the pivot can be undone, those after it are only repeated. */
export interface Plan {
  readonly steps: readonly StepPlan[];
  /** The index of the step that decides: once it has succeeded nothing is undone any more. */
  readonly pivot: number;
  /** How long a step may be under way until somebody else takes it up, in milliseconds. */
  readonly claimMs: number;
}

export interface StepPlan {
  readonly undoable: boolean;
  /** Up to the pivot the saga turns back after this time; beyond it, it is only reported as stuck. */
  readonly deadlineMs: number;
}

/** Times are milliseconds since 1970. `dueAt` is when something is to be done next, `deadlineAt` when the step should be over. */
export type State =
  | (UnderWay & { readonly is: 'forward' })
  | (UnderWay & { readonly is: 'backward'; readonly reason: string })
  | { readonly is: 'done' }
  | { readonly is: 'undone'; readonly reason: string };

export interface UnderWay {
  readonly step: number;
  /** How often the step was begun. */
  readonly attempts: number;
  readonly dueAt: number;
  readonly deadlineAt: number;
}

/** A saga that has not ended. */
type Moving = Extract<State, UnderWay>;

export type Event =
  /** It is time: the step is begun, or begun again. */
  | { readonly type: 'due'; readonly at: number }
  | { readonly type: 'succeeded'; readonly at: number }
  /** The step will never succeed, for a reason of business. */
  | { readonly type: 'refused'; readonly reason: string; readonly at: number }
  /** Nobody knows what became of the step: it is done again. */
  | { readonly type: 'failed'; readonly at: number }
  /** By hand: at once, not later. */
  | { readonly type: 'retry'; readonly at: number }
  /** By hand: turn back, where that can still be done. */
  | { readonly type: 'compensate'; readonly reason: string; readonly at: number };

/** Carried out only once the state beside it is kept: so what was begun is known, whatever dies. */
export type Action = { readonly do: 'act'; readonly step: number } | { readonly do: 'undo'; readonly step: number };

export type Step = readonly [State, readonly Action[]];

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 60_000;
/** After this an undoing that does not succeed is reported as stuck; it is tried on all the same. */
const UNDO_DEADLINE_MS = 60_000;

/** How a saga begins. */
export function begin(plan: Plan, at: number): State {
  return forwardTo(plan, 0, at);
}

/**
 * The next state and what is to be done. A refusal turns a saga back, a technical failure only delays it. An undoing must bear that
 * what it undoes never happened: a step whose outcome is unknown is undone too.
 */
export function step(plan: Plan, state: State, event: Event): Step {
  if (state.is === 'done' || state.is === 'undone') return [state, []];
  switch (event.type) {
    case 'due':
      return due(plan, state, event.at);
    case 'succeeded':
      return [
        state.is === 'forward' ? forwardTo(plan, state.step + 1, event.at) : backwardTo(plan, state.step - 1, { ...state, at: event.at }),
        [],
      ];
    case 'failed':
      return [{ ...state, dueAt: event.at + pauseAfter(state.attempts) }, []];
    case 'retry':
      return [{ ...state, dueAt: Math.min(state.dueAt, event.at) }, []];
    case 'refused':
      return [refused(plan, state, event), []];
    case 'compensate':
      return [canTurnBack(plan, state) ? turnBack(plan, state, { ...event, unknown: true }) : state, []];
  }
}

/** What is to be done now: a saga that has just turned back begins to undo at once. */
export function proceed(plan: Plan, state: State, at: number): Step {
  const [next, actions] = step(plan, state, { type: 'due', at });
  return actions.length > 0 || next === state ? [next, actions] : step(plan, next, { type: 'due', at });
}

function due(plan: Plan, state: Moving, at: number): Step {
  if (at < state.dueAt) return [state, []];
  if (canTurnBack(plan, state) && at >= state.deadlineAt) {
    return [turnBack(plan, state, { reason: 'not decided in time', at, unknown: state.attempts > 0 }), []];
  }
  const begun = { ...state, attempts: state.attempts + 1, dueAt: at + plan.claimMs };
  return [begun, [{ do: state.is === 'forward' ? 'act' : 'undo', step: state.step }]];
}

/** Beyond the pivot, and while it undoes, nothing can be refused for good: it counts as a failure. */
function refused(plan: Plan, state: Moving, { reason, at }: { readonly reason: string; readonly at: number }): State {
  if (!canTurnBack(plan, state)) return { ...state, dueAt: at + pauseAfter(state.attempts) };
  return turnBack(plan, state, { reason, at, unknown: state.attempts > 1 });
}

function canTurnBack(plan: Plan, state: State): boolean {
  return state.is === 'forward' && state.step <= plan.pivot;
}

interface Turn {
  readonly reason: string;
  readonly at: number;
  /** Whether the step in hand may have happened. */
  readonly unknown: boolean;
}

/** The pivot happens in one transaction with the state: while the saga stands before it, it has not happened. */
function turnBack(plan: Plan, state: UnderWay, { reason, at, unknown }: Turn): State {
  const last = unknown && state.step < plan.pivot ? state.step : state.step - 1;
  return backwardTo(plan, last, { reason, at });
}

function forwardTo(plan: Plan, index: number, at: number): State {
  const next = plan.steps[index];
  return next ? { is: 'forward', step: index, attempts: 0, dueAt: at, deadlineAt: at + next.deadlineMs } : { is: 'done' };
}

function backwardTo({ steps }: Plan, from: number, { reason, at }: { readonly reason: string; readonly at: number }): State {
  const index = steps.findLastIndex(({ undoable }, position) => undoable && position <= from);
  if (index < 0) return { is: 'undone', reason };
  return { is: 'backward', step: index, attempts: 0, dueAt: at, deadlineAt: at + UNDO_DEADLINE_MS, reason };
}

function pauseAfter(attempts: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempts - 1, 20), LONGEST_PAUSE_MS);
}

/** Whether a saga is decided: confirmed beyond the pivot, refused once it has turned back. */
export function decisionOf(plan: Plan, state: State): 'confirmed' | 'refused' | undefined {
  if (state.is === 'backward' || state.is === 'undone') return 'refused';
  return state.is === 'done' || state.step > plan.pivot ? 'confirmed' : undefined;
}
