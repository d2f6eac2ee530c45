import type { Cause } from '../verdict/cause.ts';
import type { Verdict } from '../verdict/verdict.ts';

/** The parts of a deploy of one service, one after the other; each is carried out as a whole. */
export interface Stages {
  /** How many groups of objects are applied one after the other. */
  readonly groups: number;
  /** Whether this group holds something that has to be ready before the next one. */
  awaits(group: number): boolean;
  /** Whether there is a release to go back to. */
  readonly hasLastGood: boolean;
  /** Why it cannot serve any more once this group was applied, and failed for these causes; undefined where it can. */
  noWayBack(group: number, causes: readonly Cause[]): string | undefined;
  readonly patienceMs: number;
  /** How long going back may take, counted by itself. */
  readonly rollbackPatienceMs: number;
}

export type State =
  | { readonly is: 'new' }
  | { readonly is: 'recording' }
  | { readonly is: 'applying'; readonly group: number }
  | { readonly is: 'awaiting'; readonly group: number; readonly until: number }
  | { readonly is: 'looking'; readonly why: string; readonly noWayBack?: string }
  | { readonly is: 'going-back'; readonly why: string }
  | { readonly is: 'awaiting-back'; readonly why: string; readonly until: number }
  | { readonly is: 'pruning' }
  | { readonly is: 'closing'; readonly outcome: Outcome }
  | { readonly is: 'done'; readonly outcome: Outcome };

/**
 * `failed`: the new version is not there; `restored` says whether the last good one serves as before. `note`: it serves, and something
 * is left for the next deploy. `noWayBack`: what its migration did, for which the last good one was not put back.
 */
export type Outcome =
  | { readonly is: 'deployed'; readonly note?: string }
  | { readonly is: 'failed'; readonly why: string; readonly restored: boolean; readonly noWayBack?: string };

export type Event =
  | { readonly is: 'begin' }
  /** The action was carried out. */
  | { readonly is: 'did'; readonly at: number }
  /** The action could not be carried out, for good. */
  | { readonly is: 'could-not'; readonly why: string }
  | { readonly is: 'judged'; readonly verdict: Verdict; readonly at: number };

export type Action =
  /** Write down what will be there and what was, before anything is changed. */
  | { readonly is: 'record' }
  | { readonly is: 'apply'; readonly group: number }
  /** Look after a moment how the workloads of this group stand. */
  | { readonly is: 'judge'; readonly group: number | 'last-good' }
  /** Keep what the cluster shows of the failure: going back takes it away. */
  | { readonly is: 'keep-evidence' }
  | { readonly is: 'go-back' }
  | { readonly is: 'prune' }
  | { readonly is: 'close'; readonly outcome: Outcome };

/**
 * What a deploy does next. Pure: every race and crash is a list of events. Nothing is remembered but in the record that was written
 * first, so a run that was killed is taken up by any later one, which begins anew.
 */
export function step(state: State, event: Event, stages: Stages): readonly [State, Action | undefined] {
  if (event.is === 'could-not') return afterFailure(state, event.why, stages);
  switch (state.is) {
    case 'new':
      return [{ is: 'recording' }, { is: 'record' }];
    case 'recording':
      return applying(0, stages);
    case 'applying':
      return stages.awaits(state.group) && event.is === 'did'
        ? [
            { is: 'awaiting', group: state.group, until: event.at + stages.patienceMs },
            { is: 'judge', group: state.group },
          ]
        : applying(state.group + 1, stages);
    case 'awaiting':
      return event.is === 'judged' ? afterVerdict(state, event, stages) : [state, undefined];
    case 'looking':
      return looked(state, stages);
    case 'going-back':
      return event.is === 'did'
        ? [
            { is: 'awaiting-back', why: state.why, until: event.at + stages.rollbackPatienceMs },
            { is: 'judge', group: 'last-good' },
          ]
        : [state, undefined];
    case 'awaiting-back':
      return event.is === 'judged' ? afterVerdictBack(state, event) : [state, undefined];
    case 'pruning':
      return closing({ is: 'deployed' });
    case 'closing':
      return [{ is: 'done', outcome: state.outcome }, undefined];
    case 'done':
      return [state, undefined];
  }
}

function applying(group: number, { groups }: Stages): readonly [State, Action] {
  return group < groups
    ? [
        { is: 'applying', group },
        { is: 'apply', group },
      ]
    : [{ is: 'pruning' }, { is: 'prune' }];
}

function closing(outcome: Outcome): readonly [State, Action] {
  return [
    { is: 'closing', outcome },
    { is: 'close', outcome },
  ];
}

function looking(why: string, closedWay: string | undefined): readonly [State, Action] {
  return [{ is: 'looking', why, ...(closedWay !== undefined && { noWayBack: closedWay }) }, { is: 'keep-evidence' }];
}

/** Where nothing can be gone back to, all is left to be looked at. */
function looked({ why, noWayBack }: Extract<State, { is: 'looking' }>, { hasLastGood }: Stages): readonly [State, Action] {
  if (hasLastGood && noWayBack === undefined) return [{ is: 'going-back', why }, { is: 'go-back' }];
  return closing({ is: 'failed', why, restored: false, ...(noWayBack !== undefined && { noWayBack }) });
}

type Judged = Extract<Event, { is: 'judged' }>;

function afterVerdict(state: Extract<State, { is: 'awaiting' }>, { verdict, at }: Judged, stages: Stages): readonly [State, Action] {
  if (verdict.state === 'ready') return applying(state.group + 1, stages);
  const closedWay = stages.noWayBack(state.group, verdict.causes);
  if (verdict.state === 'failed') return looking(verdict.causes[0]?.message ?? 'it failed', closedWay);
  if (at < state.until) return [state, { is: 'judge', group: state.group }];
  return looking(
    verdict.causes[0]?.message ?? `after ${Math.round(stages.patienceMs / 1000)} s it still waits for ${verdict.for}`,
    closedWay,
  );
}

function afterVerdictBack(state: Extract<State, { is: 'awaiting-back' }>, { verdict, at }: Judged): readonly [State, Action] {
  if (verdict.state === 'ready') return closing({ is: 'failed', why: state.why, restored: true });
  // What the last good version shows on its way back may be left from the failure, so only time ends the wait.
  if (at < state.until) return [state, { is: 'judge', group: 'last-good' }];
  return closing({ is: 'failed', why: state.why, restored: false });
}

/** Before anything was written nothing has to go back; what cannot go back is said, not tried again. */
function afterFailure(state: State, why: string, stages: Stages): readonly [State, Action | undefined] {
  switch (state.is) {
    case 'new':
    case 'recording':
      return [{ is: 'done', outcome: { is: 'failed', why, restored: true } }, undefined];
    case 'applying':
    case 'awaiting':
      return looking(why, stages.noWayBack(state.group, []));
    case 'looking':
      return looked(state, stages);
    case 'going-back':
    case 'awaiting-back':
      return closing({
        is: 'failed',
        why: `${state.why}; and going back failed${state.why === why ? ' for the same reason' : `: ${why}`}`,
        restored: false,
      });
    case 'pruning':
      return closing({ is: 'deployed', note: `what is not wanted any more is still there: ${why}` });
    case 'closing':
      return [{ is: 'done', outcome: unclosed(state.outcome, why) }, undefined];
    case 'done':
      return [state, undefined];
  }
}

/** How it ended is true and not written down: the next deploy goes over all of it again. */
function unclosed(outcome: Outcome, why: string): Outcome {
  if (outcome.is === 'failed' && outcome.why.includes(why)) return outcome;
  const note = `that it is over could not be written down: ${why}`;
  return outcome.is === 'deployed' ? { ...outcome, note } : { ...outcome, why: `${outcome.why}; and ${note}` };
}
