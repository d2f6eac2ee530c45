import { expect, it } from 'vitest';
import { fakeRuntime } from '../runtime/fake-runtime.ts';
import { fleetOptions, fleetWhere } from './options.ts';

it('takes waves as a share or a number, and the usual where nothing is said', () => {
  expect(fleetOptions('shop', { wave: '5%', forge: 'gitea:https://git.example/' })).toEqual({
    where: 'shop',
    per: 'service',
    wave: { share: 5 },
    branchPrefix: 'svc/upgrade-',
    push: true,
    forge: { kind: 'gitea', url: 'https://git.example' },
    check: undefined,
    retry: false,
    pushConflicts: false,
    lanes: 8,
  });
  expect(fleetOptions(undefined, { wave: '20' }).wave).toEqual({ count: 20 });
  expect(fleetOptions(undefined, { checkCommand: true }).check).toBe('own');
  expect(fleetOptions(undefined, { checkCommand: 'make test' }).check).toEqual({ command: 'make test' });
});

it.each([
  [{ wave: '0' }, '--wave 0'],
  [{ wave: '120%' }, '--wave 120%'],
  [{ wave: 'half' }, '--wave half'],
  [{ per: 'team' }, '--per team'],
  [{ branch: '-x' }, '--branch -x'],
  [{ branch: 'a..b' }, '--branch a..b'],
  [{ forge: 'https://git.example' }, '--forge https://git.example'],
  [{ concurrency: '0' }, '--concurrency 0'],
])('refuses %o', (flags, message) => expect(() => fleetOptions(undefined, flags)).toThrow(message));

it('means the workspace that the command was given in, else the repository', async () => {
  const files = { 'shop/svc.yaml': '', 'shop/services/orders/x': '', 'alone/.git/HEAD': '', 'alone/src/x': '' };
  const at = (cwd: string) => fleetWhere(undefined, fakeRuntime({ files, cwd }));
  expect(await at('/work/shop/services/orders')).toEqual({ kind: 'path', path: '/work/shop' });
  expect(await at('/work/alone/src')).toEqual({ kind: 'path', path: '/work/alone' });
});
