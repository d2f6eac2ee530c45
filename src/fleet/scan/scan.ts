import { SvcError } from '../../errors.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { newShelf } from '../../template/sources/shelf.ts';
import type { Forge, ForgeAddress } from '../forge/forge.ts';
import { type Place, parseWhere, placesIn, type Where } from '../where.ts';
import { type Candidate, candidatesIn, type Unreadable } from './candidates.ts';
import { lookAt, type Memory, placeOf } from './look.ts';
import { type RowFilter, reportOf, type ScanReport, type ScanRow } from './report.ts';

/** What a user asks of `svc scan`. */
export interface ScanOrder extends RowFilter {
  /** A folder tree or a list file, as seen from the command's folder. */
  readonly where: string;
}

/** Services looked at side by side: more would only wait for the same disk. */
const LANES = 8;
/** How often progress is told, in services. */
const TOLD_EVERY = 50;

/**
 * Looks at every service of a folder tree or a list; writes nothing and runs nothing of theirs.
 * @throws SvcError input/invalid where there is no such place, input/cancelled at Ctrl-C
 */
export async function scan(order: ScanOrder, runtime: Runtime): Promise<ScanReport> {
  const where = parseWhere(order.where, runtime.cwd);
  const places = await placesIn(where, noForge, runtime);
  const memory: Memory = { shelf: newShelf(), repositories: new Map() };
  const rows: ScanRow[] = [];
  runtime.emit({ id: 'scan', state: 'start', text: `Looking for services in ${order.where}` });
  const found = findings(places, where, runtime);
  const lane = async () => {
    for (let next = await found.next(); !next.done; next = await found.next()) {
      rows.push(await rowOf(next.value, memory, runtime));
      if (rows.length % TOLD_EVERY === 0) runtime.emit({ id: 'scan', state: 'update', text: `Looked at ${rows.length} services` });
      if (runtime.signal.aborted) throw new SvcError('input/cancelled', 'Stopped', { hint: 'Run the command again' });
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  runtime.emit({ id: 'scan', state: 'done', text: `Looked at ${rows.length} services` });
  return reportOf(order.where, rows, order);
}

interface Finding {
  readonly found: Candidate | Unreadable;
  readonly place: string;
}

/** Every service of every place. A place that holds none is told: somebody wrote it into the list. */
async function* findings(places: readonly Place[], where: Where, { fs }: Runtime): AsyncGenerator<Finding, void> {
  for (const place of places) {
    if (place.kind !== 'folder') {
      yield { found: { folder: nameOfPlace(place), error: 'svc scan looks at folders: clone it first' }, place: nameOfPlace(place) };
      continue;
    }
    const from = where.kind === 'path' && places.length === 1 && place.folder === where.path ? place.folder : undefined;
    let some = false;
    for await (const found of candidatesIn(place.folder, fs)) {
      some = true;
      yield { found, place: from === undefined ? found.folder : placeOf(found.folder, from) };
    }
    if (!some && from === undefined)
      yield { found: { folder: place.folder, error: 'nothing in it looks like a service' }, place: place.folder };
  }
}

function nameOfPlace(place: Exclude<Place, { readonly kind: 'folder' }>): string {
  return place.kind === 'url' ? place.url : place.repository.cloneUrl;
}

async function rowOf({ found, place }: Finding, memory: Memory, runtime: Runtime): Promise<ScanRow> {
  if (!('error' in found)) return lookAt(found, place, { memory, runtime });
  const catalog = { state: 'none', problems: [] } as const;
  return { name: place, place, kind: 'service', catalog, drifted: [], edited: 0, missing: [], error: found.error };
}

function noForge({ kind }: ForgeAddress): Forge {
  throw new SvcError('input/invalid', `svc scan cannot list organisations of ${kind} yet`, {
    hint: 'Name a folder, or a file with a path a line',
  });
}
