import { expect, it } from 'vitest';
import { type Container, containersOf } from './containers.ts';
import { type Following, type Reading, readingsNow, startFollowing, step } from './following.ts';

const container = (runs: Pick<Container, 'current' | 'earlier'>, key = 'uid/main'): Container => ({
  service: 'orders',
  pod: 'orders-1-abcde',
  container: 'main',
  isOneOfMany: false,
  key,
  ...runs,
});
const running = (id: string) => ({ current: { id, isRunning: true } });
const shown = (readings: readonly Reading[]) =>
  readings.map(({ run, previous, follow }) => `${run}${previous ? ' previous' : ''}${follow ? ' follow' : ''}`);
const look = (state: Following, ...containers: readonly Container[]) => step(state, { type: 'looked', containers });
const end = (state: Following, reading: Reading | undefined, whole = true) =>
  reading ? step(state, { type: 'ended', reading, whole })[0] : state;

it('reads on what ran at the beginning, and what ran before it not at all', () => {
  const containers = [container({ ...running('b'), earlier: 'a' })];
  expect(shown(look(startFollowing(containers), ...containers)[1])).toEqual(['uid/main/b follow']);
});

it('reads a pod that joins from its first run on', () => {
  const [, readings] = look(startFollowing([]), container({ ...running('b'), earlier: 'a' }));
  expect(shown(readings)).toEqual(['uid/main/a/earlier previous', 'uid/main/b follow']);
});

it('asks for nothing that is being read', () => {
  const [state] = look(startFollowing([]), container(running('a')));
  expect(look(state, container(running('a')))[1]).toEqual([]);
});

it('goes on where a connection ended while the container runs', () => {
  const [state, [reading]] = look(startFollowing([]), container(running('a')));
  expect(shown(look(end(state, reading), container(running('a')))[1])).toEqual(['uid/main/a follow']);
});

it('reads a container that has ended once more, and then never again', () => {
  const over = container({ current: { id: 'a', isRunning: false } });
  const [followed, [following]] = look(startFollowing([]), container(running('a')));
  const [again, [final]] = look(end(followed, following), over);
  expect(shown(final ? [final] : [])).toEqual(['uid/main/a']);
  expect(look(end(again, final), over)[1]).toEqual([]);
});

it('reads it again where that broke off', () => {
  const over = container({ current: { id: 'a', isRunning: false } });
  const [state, [reading]] = look(startFollowing([]), over);
  expect(shown(look(end(state, reading, false), over)[1])).toEqual(['uid/main/a']);
});

it('reads the end of a run by its new name when the container was restarted', () => {
  const [followed, [following]] = look(startFollowing([]), container(running('a')));
  const [, readings] = look(end(followed, following), container({ ...running('b'), earlier: 'a' }));
  expect(shown(readings)).toEqual(['uid/main/a/earlier previous', 'uid/main/b follow']);
});

it('forgets what is gone', () => {
  const over = container({ current: { id: 'a', isRunning: false } });
  const [state] = look(startFollowing([over]));
  expect(state.done.size).toBe(0);
});

it('shows of each container what runs, in the pause before a restart what ended, and what was before where that is asked for', () => {
  const containers = [container({ ...running('b'), earlier: 'a' }), container({ earlier: 'c' }, 'uid/side'), container({}, 'uid/new')];
  expect(shown(readingsNow(containers, false))).toEqual(['uid/main/b', 'uid/side/c/earlier previous']);
  expect(shown(readingsNow(containers, true))).toEqual(['uid/main/a/earlier previous', 'uid/side/c/earlier previous']);
});

it('knows the runs of a container by its states', () => {
  const status = { name: 'main', image: 'x', ready: true, restartCount: 1, containerID: 'cri://b' };
  const ended = { terminated: { exitCode: 1, containerID: 'cri://a' } };
  const pod = (states: object) => ({
    metadata: { name: 'orders-1-abcde', uid: 'uid' },
    spec: { containers: [{ name: 'main' }] },
    status: { containerStatuses: [{ ...status, ...states }] },
  });
  const runs = (states: object) => containersOf('orders', [pod(states)]).map(({ current, earlier }) => ({ current, earlier }));
  expect(runs({ state: { running: {} }, lastState: ended })).toEqual([{ current: { id: 'cri://b', isRunning: true }, earlier: 'cri://a' }]);
  expect(runs({ state: ended })).toEqual([{ current: { id: 'cri://a', isRunning: false }, earlier: undefined }]);
  expect(runs({ state: { waiting: {} }, lastState: ended })).toEqual([{ current: undefined, earlier: 'cri://a' }]);
  expect(runs({ state: { waiting: {} } })).toEqual([{ current: undefined, earlier: undefined }]);
});
