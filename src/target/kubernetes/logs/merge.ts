interface Timed {
  readonly time: string;
}

/** Several logs as one, by time: the oldest of the lines that stand first in each is the next. Each log is read only as far as needed. */
export async function* mergeByTime<T extends Timed>(logs: readonly AsyncIterable<T>[]): AsyncGenerator<T> {
  const readers = logs.map((log) => log[Symbol.asyncIterator]());
  try {
    const firsts = await Promise.all(readers.map(async (reader) => ({ reader, item: await reader.next() })));
    for (;;) {
      const oldest = oldestOf(firsts);
      if (!oldest || oldest.item.done) return;
      yield oldest.item.value;
      oldest.item = await oldest.reader.next();
    }
  } finally {
    await Promise.all(readers.map((reader) => reader.return?.()));
  }
}

interface First<T> {
  readonly reader: AsyncIterator<T>;
  item: IteratorResult<T>;
}

function oldestOf<T extends Timed>(firsts: readonly First<T>[]): First<T> | undefined {
  let oldest: First<T> | undefined;
  for (const first of firsts) {
    if (!first.item.done && (!oldest || oldest.item.done || first.item.value.time < oldest.item.value.time)) oldest = first;
  }
  return oldest;
}

/** A line with the moment at which it came here, in milliseconds. */
export interface Arrived<T> {
  readonly at: number;
  readonly item: T;
}

/**
 * Of lines that come from several logs at once: those that have waited long enough for older ones, by time, and the rest.
 * What is older than one that goes out goes with it.
 * @param before lines that came until then have waited long enough
 */
export function ripe<T extends Timed>(
  held: readonly Arrived<T>[],
  before: number,
): { readonly out: readonly T[]; readonly rest: readonly Arrived<T>[] } {
  const newest = held.reduce((time, { at, item }) => (at <= before && item.time > time ? item.time : time), '');
  const out = held.filter(({ item }) => item.time <= newest).map(({ item }) => item);
  return { out: out.sort(byTime), rest: held.filter(({ item }) => item.time > newest) };
}

function byTime(one: Timed, other: Timed): number {
  if (one.time === other.time) return 0;
  return one.time < other.time ? -1 : 1;
}
