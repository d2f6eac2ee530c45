/**
 * The life of one service: a new version is built, started beside the old one, and takes over only when it is ready; a crash is
 * followed by a restart, later and later. No clock and no process here: a race is a list of events.
 */
export interface State {
  /** What callers reach, or did until it crashed. */
  readonly serving: Serving | undefined;
  /** The version that is to take over. */
  readonly candidate: Candidate | undefined;
  /** Instances that were told to end and have not yet. */
  readonly ending: readonly number[];
  /** Versions and instances are numbered from here; a number is never used twice. */
  readonly next: number;
}

/** `version` numbers what was built, `instance` a process of it. */
export type Serving =
  | { readonly is: 'running'; readonly version: number; readonly instance: number; readonly since: number; readonly crashes: number }
  | { readonly is: 'returning'; readonly version: number; readonly instance: number; readonly until: number; readonly crashes: number }
  | { readonly is: 'waiting'; readonly version: number; readonly until: number; readonly crashes: number };

export type Candidate =
  | { readonly is: 'building'; readonly version: number }
  | { readonly is: 'starting'; readonly version: number; readonly instance: number; readonly until: number };

export type Event =
  | { readonly type: 'deploy' }
  | { readonly type: 'built'; readonly version: number; readonly at: number }
  | { readonly type: 'build-failed'; readonly version: number; readonly reason: string }
  | { readonly type: 'ready'; readonly instance: number; readonly at: number }
  | { readonly type: 'exited'; readonly instance: number; readonly at: number; readonly how: string }
  | { readonly type: 'timer'; readonly at: number }
  | { readonly type: 'stop' };

export type Action =
  | { readonly do: 'build'; readonly version: number }
  | { readonly do: 'cancel-build'; readonly version: number }
  | { readonly do: 'start'; readonly version: number; readonly instance: number }
  /** Tells an instance to end; `drain` lets the requests it has finish first. */
  | { readonly do: 'end'; readonly instance: number; readonly drain: boolean }
  /** Sends callers to this instance, or lets them wait where there is none. */
  | { readonly do: 'route'; readonly instance: number | undefined }
  | { readonly do: 'wake'; readonly at: number }
  | { readonly do: 'report'; readonly version: number; readonly outcome: Outcome };

export type Outcome =
  | { readonly is: 'serving' }
  | { readonly is: 'failed'; readonly reason: string; readonly hung?: true }
  | { readonly is: 'superseded' };

type Step = readonly [State, readonly Action[]];

/** A service that is not ready by then will not be: migrations of a first start included. */
export const START_PATIENCE_MS = 60_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
/** Having run that long, a service has earned a fresh start: old crashes are forgotten. */
const RAN_WELL_MS = 60_000;

export const idle: State = { serving: undefined, candidate: undefined, ending: [], next: 1 };

/** The next state and what the driver has to do. Events about versions and instances that are no longer of interest change nothing. */
export function step(state: State, event: Event): Step {
  switch (event.type) {
    case 'deploy':
      return deploy(state);
    case 'built':
      return built(state, event.version, event.at);
    case 'build-failed':
      return buildFailed(state, event.version, event.reason);
    case 'ready':
      return ready(state, event.instance, event.at);
    case 'exited':
      return exited(state, event);
    case 'timer':
      return timer(state, event.at);
    case 'stop':
      return stop(state);
  }
}

/** A newer version replaces one that is still on its way. */
function deploy(state: State): Step {
  const [free, actions] = abandon(state, { is: 'superseded' });
  const version = free.next;
  return [{ ...free, candidate: { is: 'building', version }, next: version + 1 }, [...actions, { do: 'build', version }]];
}

function built(state: State, version: number, at: number): Step {
  if (state.candidate?.is !== 'building' || state.candidate.version !== version) return [state, []];
  const [instance, until] = [state.next, at + START_PATIENCE_MS];
  return [
    { ...state, candidate: { is: 'starting', version, instance, until }, next: instance + 1 },
    [
      { do: 'start', version, instance },
      { do: 'wake', at: until },
    ],
  ];
}

function buildFailed(state: State, version: number, reason: string): Step {
  if (state.candidate?.is !== 'building' || state.candidate.version !== version) return [state, []];
  return [{ ...state, candidate: undefined }, [{ do: 'report', version, outcome: { is: 'failed', reason } }]];
}

function ready(state: State, instance: number, at: number): Step {
  const { candidate, serving } = state;
  if (candidate?.is === 'starting' && candidate.instance === instance) return takeOver(state, candidate, at);
  if (serving?.is === 'returning' && serving.instance === instance) {
    return [{ ...state, serving: { ...serving, is: 'running', since: at } }, [{ do: 'route', instance }]];
  }
  return [state, []];
}

/** Callers move first, the old instance ends after: nobody is turned away in between. */
function takeOver(state: State, candidate: Candidate & { is: 'starting' }, at: number): Step {
  const { version, instance } = candidate;
  const [rest, ended] = endServing(state, true);
  return [
    { ...rest, serving: { is: 'running', version, instance, since: at, crashes: 0 }, candidate: undefined },
    [{ do: 'route', instance }, ...ended, { do: 'report', version, outcome: { is: 'serving' } }],
  ];
}

function exited(state: State, event: Event & { type: 'exited' }): Step {
  const { instance, at, how } = event;
  const { candidate, serving } = state;
  if (state.ending.includes(instance)) return [{ ...state, ending: state.ending.filter((each) => each !== instance) }, []];
  if (candidate?.is === 'starting' && candidate.instance === instance) {
    const outcome = { is: 'failed', reason: `it ended before it was ready: ${how}` } as const;
    return [{ ...state, candidate: undefined }, [{ do: 'report', version: candidate.version, outcome }]];
  }
  if (serving && serving.is !== 'waiting' && serving.instance === instance) return crashed(state, serving, at);
  return [state, []];
}

function crashed(state: State, serving: Exclude<Serving, { is: 'waiting' }>, at: number): Step {
  const ranWell = serving.is === 'running' && at - serving.since >= RAN_WELL_MS;
  const crashes = ranWell ? 1 : serving.crashes + 1;
  const until = at + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (crashes - 1));
  return [
    { ...state, serving: { is: 'waiting', version: serving.version, until, crashes } },
    [
      { do: 'route', instance: undefined },
      { do: 'wake', at: until },
    ],
  ];
}

function timer(state: State, at: number): Step {
  const [late, given] = giveUpCandidate(state, at);
  const [after, actions] = timerOfServing(late, at);
  return [after, [...given, ...actions]];
}

function giveUpCandidate(state: State, at: number): Step {
  if (state.candidate?.is !== 'starting' || at < state.candidate.until) return [state, []];
  return abandon(state, { is: 'failed', hung: true, reason: `it was not ready within ${START_PATIENCE_MS / 1_000} s` });
}

function timerOfServing(state: State, at: number): Step {
  const { serving } = state;
  if (!serving || serving.is === 'running' || at < serving.until) return [state, []];
  if (serving.is === 'waiting') return comeBack(state, serving, at);
  const [after, actions] = crashed(state, serving, at);
  return [{ ...after, ending: [...after.ending, serving.instance] }, [{ do: 'end', instance: serving.instance, drain: false }, ...actions]];
}

function comeBack(state: State, serving: Serving & { is: 'waiting' }, at: number): Step {
  const [instance, until] = [state.next, at + START_PATIENCE_MS];
  return [
    { ...state, serving: { ...serving, is: 'returning', instance, until }, next: instance + 1 },
    [
      { do: 'start', version: serving.version, instance },
      { do: 'wake', at: until },
    ],
  ];
}

function stop(state: State): Step {
  const [free, abandoned] = abandon(state, { is: 'superseded' });
  const [rest, ended] = endServing(free, false);
  return [{ ...rest, serving: undefined }, [{ do: 'route', instance: undefined }, ...abandoned, ...ended]];
}

function abandon(state: State, outcome: Outcome): Step {
  const { candidate } = state;
  if (!candidate) return [state, []];
  const report = { do: 'report', version: candidate.version, outcome } as const;
  if (candidate.is === 'building')
    return [{ ...state, candidate: undefined }, [{ do: 'cancel-build', version: candidate.version }, report]];
  const ending = [...state.ending, candidate.instance];
  return [{ ...state, candidate: undefined, ending }, [{ do: 'end', instance: candidate.instance, drain: false }, report]];
}

function endServing(state: State, drain: boolean): Step {
  const { serving } = state;
  if (!serving || serving.is === 'waiting') return [state, []];
  return [{ ...state, ending: [...state.ending, serving.instance] }, [{ do: 'end', instance: serving.instance, drain }]];
}
