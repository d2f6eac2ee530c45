import type { Container } from './containers.ts';

/** One request for the log of a container's run. */
export interface Reading {
  readonly container: Container;
  /** Tells the run, and how it is asked for. */
  readonly run: string;
  /** The run before the last restart. */
  readonly previous: boolean;
  /** It goes on for as long as the container runs. */
  readonly follow: boolean;
}

export interface Following {
  readonly reading: ReadonlySet<string>;
  /** Runs that have ended and were read to the end after that. */
  readonly done: ReadonlySet<string>;
}

export type FollowEvent =
  | { readonly type: 'looked'; readonly containers: readonly Container[] }
  /** `whole`: the log came to its end, and no connection broke before. */
  | { readonly type: 'ended'; readonly reading: Reading; readonly whole: boolean };

/**
 * Which logs to read while pods come and go. A log that is followed ends with its container or with a connection, and nobody says
 * which: so what has ended is read once more, and only that counts as all of it. Between looking and asking a container may have
 * been restarted; so a run is read again as the earlier one when it has become that. What was read before is left out by `Seen`.
 */
export function step(state: Following, event: FollowEvent): readonly [Following, readonly Reading[]] {
  if (event.type === 'ended') return [ended(state, event), []];
  const possible = event.containers.flatMap(readingsOf);
  const known = new Set(possible.map(({ run }) => run));
  const next = possible.filter(({ run }) => !state.done.has(run) && !state.reading.has(run));
  return [
    {
      reading: new Set([...state.reading, ...next.map(({ run }) => run)]),
      done: new Set([...state.done].filter((run) => known.has(run))),
    },
    next,
  ];
}

/** The state after everything that was there at the beginning has been read: of that, only what runs is read on. */
export function startFollowing(containers: readonly Container[]): Following {
  const over = containers.flatMap(readingsOf).filter(({ follow }) => !follow);
  return { reading: new Set(), done: new Set(over.map(({ run }) => run)) };
}

/** What is read where nothing is followed: of each container one run, the earlier one where that is asked for or is the last. */
export function readingsNow(containers: readonly Container[], previous: boolean): readonly Reading[] {
  return containers.flatMap((container) => {
    const readings = readingsOf(container);
    const [first] = readings.filter((reading) => reading.previous === (previous || !container.current));
    return first ? [{ ...first, follow: false }] : [];
  });
}

function readingsOf(container: Container): readonly Reading[] {
  const { key, current, earlier } = container;
  return [
    ...(earlier === undefined ? [] : [{ container, run: `${key}/${earlier}/earlier`, previous: true, follow: false }]),
    ...(current === undefined ? [] : [{ container, run: `${key}/${current.id}`, previous: false, follow: current.isRunning }]),
  ];
}

function ended({ reading, done }: Following, { reading: { run, follow }, whole }: { reading: Reading; whole: boolean }): Following {
  return {
    reading: new Set([...reading].filter((each) => each !== run)),
    done: whole && !follow ? new Set([...done, run]) : done,
  };
}
