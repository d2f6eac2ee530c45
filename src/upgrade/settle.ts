import { resolve } from 'node:path';
import { SvcError } from '../errors.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { carryOut } from '../state/carry-out.ts';
import { withLock } from '../state/lock.ts';
import { changesBack, dropPending, folderUnderWay, markersLeft, type Pending, requirePending, upgradeLock } from './pending.ts';
import type { Upgrade, UpgradeState } from './upgrade.ts';
import { carryOutTidily, recordChanges } from './write.ts';

/**
 * Records an upgrade as finished after the user settled its conflicts.
 * @throws SvcError input/invalid where none is under way, plan/conflict naming the markers that are left
 */
export async function continueUpgrade(path: string, runtime: Runtime): Promise<Upgrade> {
  const folder = await folderUnderWay(resolve(runtime.cwd, path), runtime);
  return withLock(upgradeLock(folder, runtime), runtime, async () => {
    const pending = await requirePending(folder, runtime);
    refuseMarkers(await markersLeft(pending, runtime.fs));
    const own = { lock: pending.own.lock, base: Buffer.from(pending.own.baseBase64, 'base64') };
    await carryOut({ root: pending.root, changes: await recordChanges(pending, own, runtime.fs) }, runtime);
    await dropPending(folder, runtime);
    return ended(pending, 'finished');
  });
}

/**
 * Puts every file that an upgrade wrote back to what it was before, committed or not; all other files stay.
 * @throws SvcError input/invalid where none is under way
 */
export async function abortUpgrade(path: string, runtime: Runtime): Promise<Upgrade> {
  const folder = await folderUnderWay(resolve(runtime.cwd, path), runtime);
  return withLock(upgradeLock(folder, runtime), runtime, async () => {
    const pending = await requirePending(folder, runtime);
    await carryOutTidily({ root: pending.root, changes: await changesBack(pending, runtime.fs) }, runtime);
    await dropPending(folder, runtime);
    return ended(pending, 'aborted');
  });
}

function ended({ name, folder, root, template, files }: Pending, state: UpgradeState): Upgrade {
  return { state, name, folder, root, template, files, notes: [], confirmed: false };
}

function refuseMarkers(places: readonly string[]): void {
  if (places.length === 0) return;
  throw new SvcError('plan/conflict', `Conflict markers are left:\n${listed(places)}`, {
    hint: 'Edit these files until each says what it should, then: svc upgrade --continue',
  });
}

function listed(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}
