/**
 * A fleet upgrade as a state machine: which change is begun when. Pure: a driver begins what `step` names and tells it what ended.
 */
export interface FleetMachine {
  /** Not begun yet, in the order of the fleet. */
  readonly waiting: readonly string[];
  readonly running: readonly string[];
  readonly lanes: number;
  /** Upgrades that this wave may still bring out; undefined where it is not limited. */
  readonly budget: number | undefined;
  /** Nothing is begun before this time (milliseconds since 1970): a forge has asked to wait. */
  readonly notBefore: number;
  readonly isStopping: boolean;
}

export type FleetEvent =
  | { readonly type: 'begin' }
  /** `spent` where it brought out an upgrade that was not there before this run. */
  | { readonly type: 'ended'; readonly id: string; readonly spent: boolean }
  | { readonly type: 'limited'; readonly until: number }
  | { readonly type: 'waited' }
  | { readonly type: 'stop' };

export interface FleetActions {
  readonly begin: readonly string[];
  /** Send `waited` at this time. */
  readonly wakeAt?: number;
  /** Nothing runs and nothing will be begun; what is in `waiting` is left for the next run. */
  readonly isOver: boolean;
}

/** How much of a fleet one run upgrades: `5%` or `20`. */
export type Wave = { readonly share: number } | { readonly count: number };

/**
 * @param ids in the order of the fleet, which is the same in every run
 * @param open how many of them are still to be upgraded, as far as earlier runs know: what a share is of
 */
export function fleetOf(
  ids: readonly string[],
  rules: { readonly lanes: number; readonly wave: Wave | undefined; readonly open: number },
): FleetMachine {
  const { lanes, wave, open } = rules;
  const budget = wave === undefined ? undefined : 'count' in wave ? wave.count : Math.ceil((open * wave.share) / 100);
  return { waiting: ids, running: [], lanes, budget, notBefore: 0, isStopping: false };
}

export function stepFleet(machine: FleetMachine, event: FleetEvent, now: number): readonly [FleetMachine, FleetActions] {
  switch (event.type) {
    case 'begin':
    case 'waited':
      return begun(machine, now);
    case 'stop':
      return begun({ ...machine, isStopping: true }, now);
    case 'limited':
      return begun({ ...machine, notBefore: Math.max(machine.notBefore, event.until) }, now);
    case 'ended': {
      const running = machine.running.filter((id) => id !== event.id);
      const budget = machine.budget !== undefined && event.spent ? machine.budget - 1 : machine.budget;
      return begun({ ...machine, running, budget }, now);
    }
  }
}

/** Whatever runs may use up a part of the wave, so no more is begun than the wave has left. */
function begun(machine: FleetMachine, now: number): readonly [FleetMachine, FleetActions] {
  const { waiting, running, lanes, budget, notBefore, isStopping } = machine;
  const isPaused = now < notBefore;
  const room = Math.min(lanes, budget ?? lanes) - running.length;
  const count = isStopping || isPaused ? 0 : Math.max(0, room);
  const begin = waiting.slice(0, count);
  const next = { ...machine, waiting: waiting.slice(begin.length), running: [...running, ...begin] };
  const isOver = next.running.length === 0 && (isStopping || next.waiting.length === 0 || budget === 0);
  const isWaiting = isPaused && !isStopping && next.waiting.length > 0 && !isOver;
  return [next, { begin, isOver, ...(isWaiting && { wakeAt: notBefore }) }];
}
