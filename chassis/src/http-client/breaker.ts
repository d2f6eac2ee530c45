/** A circuit breaker: a peer that fails too often is left alone for a while, then tried with a few calls. */
export type State =
  | { readonly is: 'closed'; readonly outcomes: readonly boolean[] }
  | { readonly is: 'open'; readonly until: number }
  | { readonly is: 'trying'; readonly admitted: number; readonly failed: number; readonly succeeded: number };

export type Event =
  | { readonly type: 'call'; readonly at: number }
  | { readonly type: 'succeeded'; readonly at: number }
  | { readonly type: 'failed'; readonly at: number };

export type Action = { readonly do: 'admit' } | { readonly do: 'refuse' };

// resilience4j's defaults, but a shorter pause and fewer trials: a service that is back should be used again soon.
const WINDOW = 100;
const FEWEST_CALLS = 10;
const FAILURE_RATE = 0.5;
const OPEN_MS = 10_000;
const TRIALS = 5;

export const CLOSED: State = { is: 'closed', outcomes: [] };

type Step = readonly [State, readonly Action[]];

const ADMIT: readonly Action[] = [{ do: 'admit' }];
const REFUSE: readonly Action[] = [{ do: 'refuse' }];

/** The next state, and for a `call` whether it may be made. */
export function step(state: State, event: Event): Step {
  if (event.type === 'call') return call(state, event.at);
  if (state.is === 'closed') return [isSteady(state.outcomes, event) ? state : record(state.outcomes, event), []];
  return state.is === 'trying' ? [judge(state, event), []] : [state, []];
}

function call(state: State, at: number): Step {
  if (state.is === 'closed') return [state, ADMIT];
  if (state.is === 'open') return at < state.until ? [state, REFUSE] : call({ is: 'trying', admitted: 0, failed: 0, succeeded: 0 }, at);
  return state.admitted < TRIALS ? [{ ...state, admitted: state.admitted + 1 }, ADMIT] : [state, REFUSE];
}

/** One more success after nothing but successes changes nothing: most calls make no new state. */
function isSteady(outcomes: readonly boolean[], event: Event): boolean {
  return event.type === 'succeeded' && outcomes.length === WINDOW && !outcomes.includes(false);
}

function record(before: readonly boolean[], event: Event): State {
  const outcomes = [...before.slice(-(WINDOW - 1)), event.type === 'succeeded'];
  const failed = outcomes.filter((outcome) => !outcome).length;
  const trips = event.type === 'failed' && outcomes.length >= FEWEST_CALLS && failed >= outcomes.length * FAILURE_RATE;
  return trips ? opened(event.at) : { is: 'closed', outcomes };
}

function judge(state: State & { is: 'trying' }, event: Event): State {
  const failed = state.failed + (event.type === 'failed' ? 1 : 0);
  const succeeded = state.succeeded + (event.type === 'succeeded' ? 1 : 0);
  if (failed >= TRIALS * FAILURE_RATE) return opened(event.at);
  return succeeded > TRIALS * (1 - FAILURE_RATE) ? CLOSED : { ...state, failed, succeeded };
}

function opened(at: number): State {
  return { is: 'open', until: at + OPEN_MS };
}
