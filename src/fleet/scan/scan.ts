import { counted } from '../../document/counted.ts';
import { SvcError } from '../../errors.ts';
import { inLanes } from '../../plan/lanes.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { newShelf } from '../../template/sources/shelf.ts';
import { forges } from '../forge/forges.ts';
import { type Place, parseWhere, placesIn } from '../where.ts';
import { type Candidate, candidatesIn, type Unreadable } from './candidates.ts';
import { lookAt, type Memory, placeOf } from './look.ts';
import { nameOfPlace, type RemotePlace, reasonOf, withRemote } from './remote.ts';
import { type RowFilter, reportOf, type ScanReport, type ScanRow } from './report.ts';

/** What a user asks of `svc scan`. */
export interface ScanOrder extends RowFilter {
  /** A folder tree, a list file or an organisation, as seen from the command's folder. */
  readonly where: string;
}

/** Services looked at side by side: more would only wait for the same disk, or the same server. */
const LANES = 8;
/** How often progress is told, in services. */
const TOLD_EVERY = 50;

/**
 * Looks at every service of a folder tree, a list or an organisation; writes nothing there and runs nothing of theirs.
 * @throws SvcError input/invalid where there is no such place, input/cancelled at Ctrl-C, those of a forge
 */
export async function scan(order: ScanOrder, runtime: Runtime): Promise<ScanReport> {
  const where = parseWhere(order.where, runtime.cwd);
  runtime.emit({ id: 'scan', state: 'start', text: `Looking for services in ${order.where}` });
  const forgeAt = forges(runtime);
  const places = await placesIn(where, forgeAt, runtime);
  const book = new RowBook(runtime);
  const local = places.filter((place) => place.kind === 'folder');
  const from = where.kind === 'path' && local[0]?.folder === where.path ? where.path : undefined;
  const found = findings(local, from, runtime);
  const lane = async () => {
    for (let next = await found.next(); !next.done; next = await found.next()) await book.add(next.value);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const remote = places.filter((place) => place.kind !== 'folder');
  const lookAtRemote = async (place: RemotePlace) => {
    try {
      await withRemote(place, { forgeAt, work: ({ root, fs }) => book.addAll(place, root, { ...runtime, fs }) }, runtime);
    } catch (error) {
      book.addUnreadable(nameOfPlace(place), reasonOf(error));
    }
  };
  await inLanes(remote, lookAtRemote, LANES);
  runtime.emit({ id: 'scan', state: 'done', text: `Looked at ${counted(book.rows.length, 'service')}` });
  return reportOf(order.where, book.rows, order);
}

interface Finding {
  readonly found: Candidate | Unreadable;
  readonly place: string;
}

/** Every service of every folder. A line of a list that holds none is told: somebody wrote it there. */
async function* findings(
  places: readonly Extract<Place, { readonly kind: 'folder' }>[],
  from: string | undefined,
  { fs }: Runtime,
): AsyncGenerator<Finding, void> {
  for (const { folder } of places) {
    let some = false;
    for await (const found of candidatesIn({ from: folder }, fs)) {
      some = true;
      yield { found, place: from === undefined ? found.folder : placeOf(found.folder, from) };
    }
    if (!some && from === undefined) yield { found: { folder, error: NOTHING }, place: folder };
  }
}

const NOTHING = 'nothing in it looks like a service';

/** The rows so far, and what one service tells the next. */
class RowBook {
  readonly rows: ScanRow[] = [];
  readonly #memory: Memory = { shelf: newShelf(), repositories: new Map() };
  readonly #runtime: Runtime;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** @throws SvcError input/cancelled at Ctrl-C */
  async add({ found, place }: Finding, runtime: Runtime = this.#runtime): Promise<void> {
    if (runtime.signal.aborted) throw new SvcError('input/cancelled', 'Stopped', { hint: 'Run the command again' });
    if ('error' in found) return this.addUnreadable(place, found.error);
    this.#push(await lookAt(found, place, { memory: this.#memory, runtime }));
  }

  /** All services of a repository that is not on this disk. */
  async addAll(place: RemotePlace, root: string, runtime: Runtime): Promise<void> {
    const shown = nameOfPlace(place);
    let some = false;
    for await (const found of candidatesIn({ from: root, root }, runtime.fs)) {
      some = true;
      const inside = placeOf(found.folder, root);
      await this.add({ found, place: inside === '.' ? shown : `${shown}/${inside}` }, runtime);
    }
    if (!some) this.addUnreadable(shown, NOTHING);
  }

  addUnreadable(place: string, error: string): void {
    const catalog = { state: 'none', problems: [] } as const;
    this.#push({ name: place, place, kind: 'service', catalog, drifted: [], edited: 0, missing: [], error });
  }

  #push(row: ScanRow): void {
    this.rows.push(row);
    const { length } = this.rows;
    if (length % TOLD_EVERY === 0) this.#runtime.emit({ id: 'scan', state: 'update', text: `Looked at ${counted(length, 'service')}` });
  }
}
