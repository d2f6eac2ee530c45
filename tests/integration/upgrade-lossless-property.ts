import * as fc from 'fast-check';
import { expect } from 'vitest';
import { SvcError } from '../../src/errors.ts';
import type { Upgrade } from '../../src/upgrade/upgrade.ts';
import { type Case, upgradeCase } from './upgrade-lossless-model.ts';
import { complaints } from './upgrade-lossless-oracle.ts';
import { enter, extraOf, World } from './upgrade-lossless-world.ts';

/**
 * Lets random edits of a user and of a template meet on a disk that fails anywhere. A failure names its seed and the smallest case.
 * @param runs how many cases; the environment's `SVCKIT_CASES` wins
 */
export async function nothingIsLost(runs: number): Promise<void> {
  const numRuns = Number(process.env['SVCKIT_CASES'] ?? runs);
  const ends = { upgraded: 0, conflict: 0, current: 0, refused: 0 };
  const meet = async (given: Case) => {
    ends[await upgradeLosesNothing(given)] += 1;
  };
  await fc.assert(fc.asyncProperty(upgradeCase, meet), { numRuns });
  expect(Math.min(ends.upgraded, ends.conflict), JSON.stringify(ends)).toBeGreaterThan(numRuns / 50);
}

type End = 'upgraded' | 'conflict' | 'current' | 'refused';

async function upgradeLosesNothing(given: Case): Promise<End> {
  const world = new World();
  await enter(world, given);
  const extra = extraOf(given.extra.after);
  const before = world.tree();
  if (given.disk) await world.upgrade(extra, given.disk).catch(expected);
  await world.recover();
  const recovered = world.tree();
  const end = await world.upgrade(extra).catch(expected);
  const after = world.tree();
  expect([before, after], 'what an interrupted upgrade left').toContainEqual(recovered);
  const conflicts = await world.pending();
  if (end instanceof SvcError && conflicts === undefined) {
    expect(after, 'what a refusal left').toEqual(before);
    expect(
      Object.values(given.mine).some(({ how }) => how === 'link'),
      end.message,
    ).toBe(true);
    return 'refused';
  }
  const files = end instanceof SvcError || end.state === 'current' ? undefined : end.files;
  expect(complaints(given, { before, after, files, conflicts: conflicts ?? [] })).toEqual([]);
  return conflicts ? takenBack(world, before) : leftAlone(world, { extra, after, state: (end as Upgrade).state });
}

/** What interrupts an upgrade on purpose; anything else is a defect. */
function expected(error: unknown): SvcError {
  if (error instanceof SvcError && ['file/disk-full', 'plan/conflict'].includes(error.code)) return error;
  throw error;
}

async function takenBack(world: World, before: Readonly<Record<string, string>>): Promise<End> {
  await world.abort();
  expect(world.tree(), 'after --abort').toEqual(before);
  return 'conflict';
}

async function leftAlone(
  world: World,
  { extra, after, state }: { readonly extra: string; readonly after: Readonly<Record<string, string>>; readonly state: Upgrade['state'] },
): Promise<End> {
  expect((await world.upgrade(extra)).state).toBe('current');
  expect(world.tree(), 'after a second run').toEqual(after);
  return state === 'current' ? 'current' : 'upgraded';
}
