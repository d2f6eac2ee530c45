import { SvcError } from '../../../errors.ts';
import type { Container } from './containers.ts';
import { type FollowEvent, type Following, type Reading, startFollowing, step } from './following.ts';
import type { ClusterLine, Logbook } from './logbook.ts';
import { type Arrived, ripe } from './merge.ts';

export interface FollowWorld {
  /** The containers that are there now. */
  look(): Promise<readonly Container[]>;
  readonly book: Pick<Logbook, 'read' | 'expectNew'>;
  readonly signal: AbortSignal;
  note(text: string): void;
  pause(milliseconds: number): Promise<void>;
}

const TICK_MS = 100;
const LOOK_TICKS = 10;
/** A line waits so many ticks for an older one of another pod. */
const HOLD_TICKS = 3;
/** Whoever writes faster than it is printed waits. */
const MOST_HELD = 20_000;

/**
 * What is written from now on in the containers that are there and in those that come: old pods end, new ones join.
 * @throws SvcError cluster/forbidden, cluster/unauthorized; anything else passes, so it is told of once and tried again
 */
export async function* follow(containers: readonly Container[], world: FollowWorld): AsyncGenerator<ClusterLine> {
  world.book.expectNew(containers.map(({ key }) => key));
  const readers = new Readers(containers, world);
  try {
    for (let tick = 0; ; tick += 1) {
      if (tick % LOOK_TICKS === 0) readers.look();
      yield* readers.take(tick);
      await world.pause(TICK_MS);
    }
  } finally {
    readers.end();
  }
}

/** The requests that are under way, and the lines that they brought and that wait for their turn. */
class Readers {
  readonly #world: FollowWorld;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #trouble: Trouble;
  #state: Following;
  #held: readonly Arrived<ClusterLine>[] = [];
  #fresh: Arrived<ClusterLine>[] = [];
  #tick = 0;
  #isLooking = false;

  constructor(containers: readonly Container[], world: FollowWorld) {
    this.#world = world;
    this.#signal = AbortSignal.any([world.signal, this.#stop.signal]);
    this.#trouble = new Trouble(world.note);
    this.#state = startFollowing(containers);
  }

  /** Begins to look, where nobody looks already. */
  look(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    void this.#lookOnce();
  }

  /** What has waited long enough at this tick. */
  take(tick: number): readonly ClusterLine[] {
    this.#tick = tick;
    this.#trouble.refuse();
    const { out, rest } = ripe([...this.#held, ...this.#fresh], tick - HOLD_TICKS);
    this.#held = rest;
    this.#fresh = [];
    return out;
  }

  end(): void {
    this.#stop.abort();
  }

  #tell(event: FollowEvent): void {
    const [state, readings] = step(this.#state, event);
    this.#state = state;
    for (const reading of readings) void this.#read(reading);
  }

  async #lookOnce(): Promise<void> {
    try {
      this.#tell({ type: 'looked', containers: await this.#world.look() });
      this.#trouble.over();
    } catch (error) {
      if (!this.#signal.aborted) this.#trouble.meet(error);
    }
    this.#isLooking = false;
  }

  async #read(reading: Reading): Promise<void> {
    const whole = await this.#readAll(reading).then(
      () => true,
      (error: unknown) => {
        if (!this.#signal.aborted) this.#trouble.meet(error);
        return false;
      },
    );
    this.#tell({ type: 'ended', reading, whole });
  }

  async #readAll(reading: Reading): Promise<void> {
    for await (const item of this.#world.book.read(reading, { signal: this.#signal })) {
      this.#fresh.push({ at: this.#tick, item });
      while (this.#fresh.length + this.#held.length > MOST_HELD) await this.#world.pause(TICK_MS);
    }
  }
}

/** What goes wrong while following: told of once until it is over; what no patience mends ends it all. */
class Trouble {
  readonly #note: (text: string) => void;
  #isTold = false;
  #last: { readonly error: unknown } | undefined;

  constructor(note: (text: string) => void) {
    this.#note = note;
  }

  meet(error: unknown): void {
    if (!passes(error)) this.#last ??= { error };
    else if (!this.#isTold) this.#note(`${error.message}. Trying again`);
    this.#isTold = true;
  }

  over(): void {
    this.#isTold = false;
  }

  /** @throws what was met and does not pass */
  refuse(): void {
    if (this.#last) throw this.#last.error;
  }
}

function passes(error: unknown): error is SvcError {
  return error instanceof SvcError && error.code !== 'cluster/forbidden' && error.code !== 'cluster/unauthorized';
}
