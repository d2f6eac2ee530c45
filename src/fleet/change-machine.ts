import type { PullRequest } from './forge/forge.ts';

/**
 * The upgrade of one change as a state machine: `step` says what to do next, a driver does it and tells what came of it. What was
 * done before a kill is found again by looking (the branch, the pull request), so every step may be done twice and is done once.
 */
export interface ChangeRules {
  /** How far it goes: a commit on this machine, a branch of the remote, a pull request. */
  readonly until: 'commit' | 'push' | 'propose';
  /** Whether it is only looked at. */
  readonly look: boolean;
  /** Whether the service's own check runs before anybody else sees the commit. */
  readonly check: boolean;
  /** Whether what failed before, or was closed, is tried again. */
  readonly retry: boolean;
}

/** In the order in which they are done. */
export type Step = 'plan' | 'find' | 'commit' | 'check' | 'push' | 'propose';

export interface ChangeState {
  readonly rules: ChangeRules;
  readonly at: Step | 'begin' | 'waiting' | 'ended';
  /** What is done after the wait. */
  readonly next?: Step;
  /** Failures of this step in a row that a later try may mend. */
  readonly failures: number;
  readonly behind: boolean;
  readonly commit?: string;
  readonly pullRequest?: PullRequest;
  readonly end?: End;
}

export type End =
  | { readonly state: 'current' | 'behind' | 'committed' | 'pushed' }
  | { readonly state: 'merged'; readonly pullRequest?: PullRequest }
  | { readonly state: 'open' | 'closed'; readonly pullRequest: PullRequest; readonly reason?: string }
  | { readonly state: 'conflict' | 'failed'; readonly reason: string; readonly hint: string; readonly pullRequest?: PullRequest };

export type ChangeEvent =
  | { readonly type: 'begin' }
  /** `earlier` is how the same upgrade ended in an earlier run, `stuck` why none of its services can be upgraded. */
  | {
      readonly type: 'planned';
      readonly behind: boolean;
      readonly earlier?: End;
      readonly stuck?: Extract<End, { state: 'conflict' | 'failed' }>;
    }
  /** `same` where the pull request is for exactly this upgrade. */
  | { readonly type: 'found'; readonly pullRequest?: PullRequest; readonly same: boolean }
  /** `taken` where somebody else's commits are on the branch. */
  | { readonly type: 'committed'; readonly commit: string; readonly isNew: boolean }
  | { readonly type: 'taken'; readonly reason: string; readonly hint: string }
  | { readonly type: 'checked'; readonly passed: boolean; readonly reason: string }
  | { readonly type: 'pushed' }
  | { readonly type: 'proposed'; readonly pullRequest: PullRequest }
  | { readonly type: 'failed'; readonly reason: string; readonly hint: string; readonly isPassing: boolean; readonly waitMs?: number }
  | { readonly type: 'waited' };

export type ChangeAction = { readonly do: Step } | { readonly wait: number; readonly isLimit: boolean } | { readonly end: End };

/** Tries of a step before a failure that may pass is taken for one that does not. */
const TRIES = 4;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** A forge that asks for more than an hour is asked in another run. */
const LONGEST_LIMIT_MS = 3_600_000;

export function beginning(rules: ChangeRules): ChangeState {
  return { rules, at: 'begin', failures: 0, behind: false };
}

type Result = readonly [ChangeState, ChangeAction];

/** The next state, and the one thing to do. An event that does not belong to the state is a mistake of the driver: it throws. */
export function step(state: ChangeState, event: ChangeEvent): Result {
  if (event.type === 'failed' && isStep(state.at)) return failed(state, state.at, event);
  if (event.type === 'taken') return ended(state, { state: 'conflict', reason: event.reason, hint: event.hint, ...known(state) });
  const handler = `${state.at}:${event.type}`;
  switch (event.type) {
    case 'begin':
      return expect(handler, 'begin:begin') && going(state, 'plan');
    case 'waited':
      return expect(handler, 'waiting:waited') && going(state, state.next ?? 'plan', state.failures);
    case 'planned':
      return expect(handler, 'plan:planned') && planned(state, event);
    case 'found':
      return expect(handler, 'find:found') && found(state, event);
    case 'committed':
      return expect(handler, 'commit:committed') && committed({ ...state, commit: event.commit }, event.isNew);
    case 'checked':
      if (!event.passed)
        return ended(state, { state: 'failed', reason: event.reason, hint: 'Mend what the check found, in the service or its template' });
      return expect(handler, 'check:checked') && publish(state);
    case 'pushed':
      if (state.rules.until === 'push') return ended(state, { state: 'pushed' });
      return expect(handler, 'push:pushed') && going(state, 'propose');
    case 'proposed':
      return expect(handler, 'propose:proposed') && ended(state, openEnd(event.pullRequest));
    default:
      throw new Error(`unexpected ${handler}`);
  }
}

function planned(before: ChangeState, { behind, earlier, stuck }: Extract<ChangeEvent, { type: 'planned' }>): Result {
  const state = { ...before, behind };
  const { until, look, retry } = state.rules;
  if (stuck) return ended(state, stuck);
  if (behind && earlier?.state === 'failed' && !retry) return ended(state, earlier);
  if (until === 'propose') return going(state, 'find');
  const isOut = earlier?.state === 'committed' || earlier?.state === 'pushed';
  if (!behind) return ended(state, { state: isOut || earlier?.state === 'merged' ? 'merged' : 'current' });
  if (look) return ended(state, isOut ? earlier : { state: 'behind' });
  return going(state, 'commit');
}

function found(state: ChangeState, { pullRequest, same }: Extract<ChangeEvent, { type: 'found' }>): Result {
  const { behind, rules } = state;
  if (!behind) return ended(state, pullRequest?.state === 'merged' ? { state: 'merged', pullRequest } : { state: 'current' });
  if (pullRequest === undefined) return rules.look ? ended(state, { state: 'behind' }) : going(state, 'commit');
  if (pullRequest.state !== 'open') return over(state, pullRequest, same);
  // What people have begun to review stays as it is, while it can be merged.
  if (rules.look || (same && pullRequest.mergeable !== false)) return ended(state, openEnd(pullRequest));
  return going({ ...state, pullRequest }, 'commit');
}

/** The word of whoever closed it counts, until there is another upgrade or the user asks to try again. */
function over(state: ChangeState, pullRequest: PullRequest, same: boolean): Result {
  const { look, retry } = state.rules;
  const reason = pullRequest.state === 'merged' ? 'it was merged, and taken back since' : 'somebody closed its pull request';
  if (same && !retry) return ended(state, { state: 'closed', pullRequest, reason });
  return look ? ended(state, { state: 'behind' }) : going(state, 'commit');
}

/** A commit that was there before was checked before. */
function committed(state: ChangeState, isNew: boolean): Result {
  return state.rules.check && isNew ? going(state, 'check') : publish(state);
}

function publish(state: ChangeState): Result {
  return state.rules.until === 'commit' ? ended(state, { state: 'committed' }) : going(state, 'push');
}

function failed(state: ChangeState, at: Step, event: Extract<ChangeEvent, { type: 'failed' }>): Result {
  const { reason, hint, isPassing, waitMs } = event;
  const isLimit = waitMs !== undefined;
  // Whoever is told to wait has not failed: only what fails without a reason is tried a few times.
  const failures = isLimit ? state.failures : state.failures + 1;
  if (!isPassing || failures >= TRIES || (waitMs ?? 0) > LONGEST_LIMIT_MS)
    return ended(state, { state: 'failed', reason, hint, ...known(state) });
  const wait = waitMs ?? Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
  return [
    { ...state, at: 'waiting', next: at, failures },
    { wait, isLimit },
  ];
}

function going(state: ChangeState, at: Step, failures = 0): Result {
  return [{ ...state, at, failures }, { do: at }];
}

function ended(state: ChangeState, end: End): Result {
  return [{ ...state, at: 'ended', end }, { end }];
}

/** A pull request that the forge cannot merge any more waits for a person. */
export function openEnd(pullRequest: PullRequest): End {
  if (pullRequest.mergeable !== false) return { state: 'open', pullRequest };
  const hint = 'Run svc upgrade --all again: it brings the branch up to date, or merge the default branch into it by hand';
  return { state: 'conflict', reason: 'the pull request cannot be merged as it is', hint, pullRequest };
}

function known({ pullRequest }: ChangeState): { readonly pullRequest?: PullRequest } {
  return pullRequest ? { pullRequest } : {};
}

function isStep(at: ChangeState['at']): at is Step {
  return at !== 'begin' && at !== 'waiting' && at !== 'ended';
}

function expect(seen: string, expected: string): true {
  if (seen !== expected) throw new Error(`unexpected ${seen}, not ${expected}`);
  return true;
}
