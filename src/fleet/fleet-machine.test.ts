import { describe, expect, it } from 'vitest';
import { type FleetEvent, type FleetMachine, fleetOf, stepFleet, type Wave } from './fleet-machine.ts';

const IDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];

/** Feeds events, each at its time; what was begun and whether it is over after each. */
function run(machine: FleetMachine, events: readonly (readonly [FleetEvent, number])[]) {
  let at = machine;
  return events.map(([event, now]) => {
    const [next, { begin, isOver, wakeAt }] = stepFleet(at, event, now);
    at = next;
    return `${begin.join('')}${wakeAt === undefined ? '' : `@${wakeAt}`}${isOver ? '.' : ''}`;
  });
}

const begin: FleetEvent = { type: 'begin' };
const ended = (id: string, spent = true): FleetEvent => ({ type: 'ended', id, spent });
const fleet = (wave?: Wave, lanes = 3) => fleetOf(IDS, { lanes, wave, open: IDS.length });
const now = (...events: readonly FleetEvent[]) => events.map((event) => [event, 1] as const);

describe('a fleet', () => {
  it('has at most so many changes under way, in the order of the fleet', () => {
    expect(run(fleet(), now(begin, ended('b'), ended('a')))).toEqual(['abc', 'd', 'e']);
  });

  it('is over when all has ended', () => {
    expect(run(fleetOf(['a', 'b'], { lanes: 3, wave: undefined, open: 2 }), now(begin, ended('a'), ended('b')))).toEqual(['ab', '', '.']);
    expect(run(fleetOf([], { lanes: 3, wave: undefined, open: 0 }), now(begin))).toEqual(['.']);
  });

  it('begins no more than a wave has left, and does not count what had nothing to do', () => {
    expect(run(fleet({ count: 2 }), now(begin, ended('a', false), ended('b'), ended('c')))).toEqual(['ab', 'c', '', '.']);
  });

  it('takes a share of those still open, and at least one', () => {
    const budget = (open: number, share: number) => fleetOf(IDS, { lanes: 9, wave: { share }, open }).budget;
    expect([budget(2_000, 5), budget(1_900, 5), budget(10, 5), budget(3, 50)]).toEqual([100, 95, 1, 2]);
  });

  it('begins nothing while a forge asks to wait', () => {
    const events = [
      [begin, 0],
      [{ type: 'limited', until: 500 }, 100],
      [ended('a'), 200],
      [{ type: 'waited' }, 500],
    ] as const;
    expect(run(fleet(), events)).toEqual(['abc', '@500', '@500', 'd']);
  });

  it('begins nothing after the user asked to stop, and ends with what is under way', () => {
    expect(run(fleet(), now(begin, { type: 'stop' }, ended('a'), ended('b'), ended('c')))).toEqual(['abc', '', '', '', '.']);
  });
});
