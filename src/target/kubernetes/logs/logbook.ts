import type { Api } from '../api/api.ts';
import type { Reading } from './following.ts';
import { Seen, type Written, writtenLine } from './seen.ts';

/** A line that a container of a service wrote. */
export interface ClusterLine extends Written {
  readonly service: string;
  readonly pod: string;
  readonly container: string;
  /** The pod has other containers, too. */
  readonly isOneOfMany: boolean;
}

/** Reads logs and remembers what was read of each container: a line comes once, however often it is read. */
export class Logbook {
  readonly #seen = new Map<string, Seen>();
  readonly #api: Pick<Api, 'openLog'>;
  #from: Date | undefined;

  /** @param from what was written before this moment is of no interest in the containers that are read first */
  constructor(api: Pick<Api, 'openLog'>, from: Date | undefined) {
    this.#api = api;
    this.#from = from;
  }

  /** Containers that are new from now on are read from their beginning. */
  expectNew(known: Iterable<string>): void {
    for (const key of known) this.#seenOf(key);
    this.#from = undefined;
  }

  /** @throws SvcError cluster/…; what came until then is remembered */
  async *read(
    { container: { key, service, pod, container, isOneOfMany }, previous, follow }: Reading,
    { signal, lines }: { readonly signal: AbortSignal; readonly lines?: number },
  ): AsyncGenerator<ClusterLine> {
    const seen = this.#seenOf(key);
    const { since } = seen;
    const isNew = seen.reading(lines !== undefined);
    const tail = lines === undefined ? {} : { lines };
    const log = await this.#api.openLog({ pod, container, previous, follow, signal, ...tail, ...(since !== undefined && { since }) });
    for await (const text of log ?? []) {
      const written = writtenLine(text);
      if (written && isNew(written)) yield { service, pod, container, isOneOfMany, ...written };
    }
  }

  #seenOf(key: string): Seen {
    const seen = this.#seen.get(key) ?? new Seen(this.#from);
    this.#seen.set(key, seen);
    return seen;
  }
}
