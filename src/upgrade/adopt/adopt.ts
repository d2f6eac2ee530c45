import { basename, resolve } from 'node:path';
import { SvcError } from '../../errors.ts';
import { physicalPath } from '../../plan/stage.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { recover } from '../../state/carry-out.ts';
import { withLock } from '../../state/lock.ts';
import { type Placement, placeService } from '../../template/create/placement.ts';
import { upgradeLock } from '../pending.ts';
import { writeConflict } from '../upgrade.ts';
import { agreed, carryOutTidily, recordChanges } from '../write.ts';
import type { Adoption, AdoptOrder } from './adoption.ts';
import { type Prepared, prepare } from './prepare.ts';

/**
 * Takes in a service that no template made: merges it with a template's render, and records the template as if it had.
 * @throws SvcError plan/conflict where a template made it already, a file is not committed or another change is under way; of the
 * template and its answers. Nothing is written then
 */
export async function adoptService(order: AdoptOrder, runtime: Runtime): Promise<Adoption> {
  const folder = await adoptableFolder(resolve(runtime.cwd, order.path), runtime);
  const placement = await placeOf(folder, runtime);
  if (order.dryRun) return (await prepare({ folder, placement }, order, runtime)).adoption;
  return withLock(upgradeLock(folder, runtime), runtime, async () => {
    await recover(placement.repository, runtime);
    return write(await prepare({ folder, placement }, order, runtime), order, runtime);
  });
}

async function adoptableFolder(wanted: string, { fs }: Runtime): Promise<string> {
  const folder = await physicalPath(wanted, fs);
  if ((await fs.info(folder))?.kind !== 'folder') {
    throw new SvcError('input/invalid', `There is no folder ${wanted}`, { hint: 'Name the folder of the service: svc adopt ./orders' });
  }
  return folder;
}

function placeOf(folder: string, { fs }: Runtime): Promise<Placement> {
  return placeService({ cwd: folder, name: basename(folder), dir: '.', type: 'service' }, fs);
}

/** The lock is written last, and only where nothing is left to settle. */
async function write({ place, own, ours, changes, adoption }: Prepared, order: AdoptOrder, runtime: Runtime): Promise<Adoption> {
  const records = await recordChanges(place, own, runtime.fs);
  const plan = { made: place, changes: [...changes, ...records], upgrade: adoption };
  const confirmed = await agreed(plan, order, runtime);
  if (!adoption.files.some(({ fate }) => fate === 'conflict')) {
    await carryOutTidily({ root: place.root, changes: plan.changes }, runtime);
    return { ...adoption, state: 'adopted', confirmed };
  }
  const { name, folder, root, files, template } = adoption;
  await writeConflict(
    { about: { name, folder, root, files, template: { name: template.name, to: template.version } }, own, ours, changes },
    runtime,
  );
  return { ...adoption, state: 'conflict', confirmed };
}
