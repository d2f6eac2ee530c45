import { describe, expect, it } from 'vitest';
import { type Action, type Event, idle, START_PATIENCE_MS, type State, step } from './machine.ts';

/** Plays events one after the other: the state at the end and the actions of the last event. */
function play(events: readonly Event[], from: State = idle): { state: State; actions: readonly Action[] } {
  return events.reduce<{ state: State; actions: readonly Action[] }>(
    ({ state }, event) => {
      const [next, actions] = step(state, event);
      return { state: next, actions };
    },
    { state: from, actions: [] },
  );
}

const deploy: Event = { type: 'deploy' };
const stop: Event = { type: 'stop' };
const built = (version: number, at = 0): Event => ({ type: 'built', version, at });
const buildFailed = (version: number): Event => ({ type: 'build-failed', version, reason: 'src/app.ts:3: unexpected }' });
const ready = (instance: number, at = 0): Event => ({ type: 'ready', instance, at });
const exited = (instance: number, at = 0): Event => ({ type: 'exited', instance, at, how: 'exit code 1' });
const timer = (at: number): Event => ({ type: 'timer', at });

/** Version 1 serves as instance 2. */
const first = [deploy, built(1), ready(2)];

describe('a new version', () => {
  it('is built, started and routed to when it is ready', () => {
    expect(play([deploy]).actions).toEqual([{ do: 'build', version: 1 }]);
    expect(play([deploy, built(1)]).actions).toEqual([
      { do: 'start', version: 1, instance: 2 },
      { do: 'wake', at: START_PATIENCE_MS },
    ]);
    expect(play(first).actions).toEqual([
      { do: 'route', instance: 2 },
      { do: 'report', version: 1, outcome: { is: 'serving' } },
    ]);
  });

  it('takes over before the old one ends, which finishes what it has', () => {
    expect(play([...first, deploy, built(3), ready(4)]).actions).toEqual([
      { do: 'route', instance: 4 },
      { do: 'end', instance: 2, drain: true },
      { do: 'report', version: 3, outcome: { is: 'serving' } },
    ]);
  });

  it.each<[string, Event[], string]>([
    ['does not build', [buildFailed(3)], 'src/app.ts:3: unexpected }'],
    ['ends at start', [built(3), exited(4)], 'it ended before it was ready: exit code 1'],
    ['hangs at start', [built(3), timer(START_PATIENCE_MS)], 'it was not ready within 60 s'],
  ])('that %s leaves the old one serving and says why', (_, events, reason) => {
    const { state, actions } = play([...first, deploy, ...events]);
    expect(state.serving).toMatchObject({ is: 'running', instance: 2 });
    expect(state.candidate).toBeUndefined();
    expect(actions).toContainEqual({ do: 'report', version: 3, outcome: expect.objectContaining({ is: 'failed', reason }) });
  });

  it('that hangs at start is ended', () => {
    expect(play([...first, deploy, built(3), timer(START_PATIENCE_MS)]).actions).toContainEqual({ do: 'end', instance: 4, drain: false });
  });

  it('replaces one that is still building or starting', () => {
    expect(play([deploy, deploy]).actions).toEqual([
      { do: 'cancel-build', version: 1 },
      { do: 'report', version: 1, outcome: { is: 'superseded' } },
      { do: 'build', version: 2 },
    ]);
    expect(play([deploy, built(1), deploy]).actions).toEqual([
      { do: 'end', instance: 2, drain: false },
      { do: 'report', version: 1, outcome: { is: 'superseded' } },
      { do: 'build', version: 3 },
    ]);
  });

  it.each<[string, Event[]]>([
    ['a build that was cancelled and still finishes', [deploy, deploy, built(1)]],
    ['a build that was cancelled and fails', [deploy, deploy, buildFailed(1)]],
    ['an instance that is ready after it was replaced', [deploy, built(1), deploy, ready(2)]],
    ['an instance that nobody knows', [deploy, exited(99), ready(99)]],
    ['patience that has not run out', [deploy, built(1), timer(START_PATIENCE_MS - 1)]],
  ])('is not disturbed by %s', (_, events) => {
    expect(play(events).actions).toEqual([]);
  });
});

describe('a crash', () => {
  it('lets callers wait, and starts the same version again', () => {
    expect(play([...first, exited(2, 1_000)]).actions).toEqual([
      { do: 'route', instance: undefined },
      { do: 'wake', at: 1_250 },
    ]);
    expect(play([...first, exited(2, 1_000), timer(1_250)]).actions).toContainEqual({ do: 'start', version: 1, instance: 3 });
    expect(play([...first, exited(2, 1_000), timer(1_250), ready(3, 1_300)]).actions).toEqual([{ do: 'route', instance: 3 }]);
  });

  it('is followed by pauses that double, up to half a minute', () => {
    const pauses: number[] = [];
    let { state } = play(first);
    for (let at = 0; pauses.length < 9; ) {
      const instance = state.serving?.is === 'waiting' ? 0 : (state.serving?.instance ?? 0);
      ({ state } = play([exited(instance, at)], state));
      if (state.serving?.is !== 'waiting') throw new Error('expected a pause');
      pauses.push(state.serving.until - at);
      at = state.serving.until;
      ({ state } = play([timer(at)], state));
    }
    expect(pauses).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('is forgotten once the service has run well for a minute', () => {
    const { state } = play([...first, exited(2, 0), timer(250), ready(3, 300), exited(3, 60_300)]);
    expect(state.serving).toEqual({ is: 'waiting', version: 1, until: 60_550, crashes: 1 });
  });

  it('counts when the service comes back but never gets ready', () => {
    const { state, actions } = play([...first, exited(2, 0), timer(250), timer(250 + START_PATIENCE_MS)]);
    expect(state.serving).toMatchObject({ is: 'waiting', crashes: 2 });
    expect(actions).toContainEqual({ do: 'end', instance: 3, drain: false });
  });

  it.each<[string, Event[]]>([
    ['told twice', [exited(2, 0), exited(2, 1)]],
    ['and a timer that fires too early', [exited(2, 0), timer(249)]],
  ])('%s is one crash', (_, events) => {
    expect(play([...first, ...events]).state.serving).toEqual({ is: 'waiting', version: 1, until: 250, crashes: 1 });
  });

  it('of the old one while the new one starts is not reported as the end of the new one', () => {
    const { state, actions } = play([...first, deploy, built(3), exited(2, 10), ready(4, 20)]);
    expect(state.serving).toMatchObject({ is: 'running', version: 3, instance: 4 });
    expect(actions).toContainEqual({ do: 'report', version: 3, outcome: { is: 'serving' } });
  });

  it('of the old one and a failed new one still brings the old one back', () => {
    const { state } = play([...first, deploy, exited(2, 10), buildFailed(3), timer(260)]);
    expect(state.serving).toMatchObject({ is: 'returning', version: 1 });
  });

  it('of an instance that was told to end is none', () => {
    const { state, actions } = play([...first, deploy, built(3), ready(4), exited(2)]);
    expect(state.ending).toEqual([]);
    expect(actions).toEqual([]);
  });
});

describe('a stop', () => {
  it('ends what serves and what is on its way', () => {
    const { state, actions } = play([...first, deploy, built(3), stop]);
    expect(actions.filter((action) => action.do === 'end').map((action) => action.instance)).toEqual([4, 2]);
    expect(state).toMatchObject({ serving: undefined, candidate: undefined, ending: [4, 2] });
  });

  it('is not undone by a timer of before', () => {
    expect(play([...first, exited(2, 0), stop, timer(9_999)]).actions).toEqual([]);
  });

  it('cancels a build', () => {
    expect(play([deploy, stop]).actions).toContainEqual({ do: 'cancel-build', version: 1 });
  });
});
