/** The life of a service's process, from its start to its exit code (service contract, section 8). */
export type State =
  | { readonly is: 'starting' }
  | { readonly is: 'serving' }
  | { readonly is: 'stopping'; readonly exitCode: number }
  | { readonly is: 'ended'; readonly exitCode: number };

export type Event =
  | { readonly type: 'started' }
  | { readonly type: 'start-failed'; readonly error: unknown; readonly configuration: boolean }
  | { readonly type: 'signal' }
  | { readonly type: 'crashed'; readonly error: unknown }
  | { readonly type: 'stopped' };

export type Action =
  | { readonly do: 'give-up-start' }
  | { readonly do: 'stop' }
  | { readonly do: 'report'; readonly error: unknown }
  | { readonly do: 'exit'; readonly code: number };

export const EXIT = { asked: 0, failed: 1, configuration: 78, secondSignal: 130 } as const;

type Step = readonly [State, readonly Action[]];

/** The next state and what is to be done. */
export function step(state: State, event: Event): Step {
  if (state.is === 'ended') return [state, []];
  if (event.type === 'crashed') return end(EXIT.failed, event.error);
  if (state.is === 'starting') return whileStarting(state, event);
  if (state.is === 'stopping') return whileStopping(state, event);
  return event.type === 'signal' ? [{ is: 'stopping', exitCode: EXIT.asked }, [{ do: 'stop' }]] : [state, []];
}

function whileStarting(state: State, event: Event): Step {
  if (event.type === 'started') return [{ is: 'serving' }, []];
  if (event.type === 'signal') return [{ is: 'stopping', exitCode: EXIT.asked }, [{ do: 'give-up-start' }]];
  if (event.type === 'start-failed') return end(event.configuration ? EXIT.configuration : EXIT.failed, event.error);
  return [state, []];
}

/** A start that was given up fails or, by a hair, succeeds: then it is stopped. */
function whileStopping(state: State & { is: 'stopping' }, event: Event): Step {
  if (event.type === 'signal') return end(EXIT.secondSignal);
  if (event.type === 'started') return [state, [{ do: 'stop' }]];
  return event.type === 'stopped' || event.type === 'start-failed' ? end(state.exitCode) : [state, []];
}

function end(exitCode: number, error?: unknown): Step {
  const report: readonly Action[] = error === undefined ? [] : [{ do: 'report', error }];
  return [{ is: 'ended', exitCode }, [...report, { do: 'exit', code: exitCode }]];
}
