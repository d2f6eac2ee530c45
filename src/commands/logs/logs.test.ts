import { expect, it } from 'vitest';
import { logs } from './logs.command.ts';

it('asks for the last lines on this machine, and of each container in a cluster', () => {
  expect(logs.parse([], {})).toEqual({ services: [], lines: 50, follow: false });
  expect(logs.parse([], { env: 'local', follow: true })).toEqual({ services: [], lines: 50, follow: true });
  expect(logs.parse(['orders'], { env: 'staging' })).toMatchObject({ environment: 'staging', lines: 50, previous: false });
});

it('asks for all lines of a time or of an earlier container, unless a number is given', () => {
  expect(logs.parse([], { env: 'staging', since: '10m' })).toMatchObject({ sinceMs: 600_000, lines: undefined });
  expect(logs.parse([], { env: 'staging', previous: true })).toMatchObject({ lines: undefined });
  expect(logs.parse([], { env: 'staging', since: '2h', lines: '7' })).toMatchObject({ sinceMs: 7_200_000, lines: 7 });
});

it.each([
  [{ lines: '-1' }, '--lines must be a whole number'],
  [{ lines: '' }, '--lines must be a whole number'],
  [{ env: 'staging', since: '10' }, '--since must be a time such as 30s'],
  [{ env: 'staging', since: '0m' }, '--since must be a time such as 30s'],
  [{ since: '10m' }, '--since is for logs of a cluster'],
  [{ previous: true }, '--previous is for logs of a cluster'],
  [{ env: 'staging', previous: true, follow: true }, '--previous does not go with --follow'],
])('refuses %j', (flags, message) => {
  expect(() => logs.parse([], flags)).toThrow(message);
});
