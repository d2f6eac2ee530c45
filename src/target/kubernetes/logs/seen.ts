/** A line that a container wrote. */
export interface Written {
  /** When, in UTC with nine decimals, so that text order is time order. */
  readonly time: string;
  readonly line: string;
}

/**
 * A line as the kubelet sends it with `timestamps=true`. Undefined for one without a time: the kubelet says in its own words what
 * it could not read, and no container wrote that.
 */
export function writtenLine(text: string): Written | undefined {
  const match = /^(?<seconds>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(?<fraction>\d+))?(?<zone>Z|[+-]\d\d:\d\d)(?: (?<line>.*))?$/s.exec(text);
  const { seconds, fraction = '', zone, line = '' } = match?.groups ?? {};
  const at = new Date(`${seconds}${zone}`);
  return Number.isNaN(at.getTime()) ? undefined : { time: nanosecondsOf(at, fraction), line };
}

function nanosecondsOf(at: Date, fraction: string): string {
  return `${at.toISOString().slice(0, 19)}.${fraction.padEnd(9, '0').slice(0, 9)}Z`;
}

/** What is read again after a break: the kubelet cuts by whole seconds, and a container's two outputs are not quite in order. */
const OVERLAP_MS = 10_000;
/** New lines between two cleanings. */
const CLEAN_AFTER = 5_000;

/**
 * What was read of one container of a pod, over its restarts: a log that breaks off is read again from a little before, and what was
 * there already is left out. Two lines of the same nanosecond and text are told apart by their number.
 */
export class Seen {
  readonly #times = new Map<string, number>();
  #newest: string | undefined;
  #uncleaned = 0;
  #from: string | undefined;

  /** @param from what was written before this moment is of no interest */
  constructor(from?: Date) {
    this.#from = from && nanosecondsOf(from, String(from.getMilliseconds()).padStart(3, '0'));
  }

  /** From when on to read next; undefined for all that there is. */
  get since(): string | undefined {
    if (this.#newest === undefined) return this.#from;
    const overlapped = new Date(Date.parse(`${this.#newest.slice(0, 19)}Z`) - OVERLAP_MS).toISOString();
    return this.#from !== undefined && this.#from > overlapped ? this.#from : overlapped;
  }

  /**
   * Begins a reading from `since`: the function says of each line whether it is new.
   * @param isTail only the last lines were asked for: what stands before them is never wanted
   */
  reading(isTail = false): (written: Written) => boolean {
    const here = new Map<string, number>();
    let begun = false;
    return ({ time, line }) => {
      begun ||= this.#from === undefined || time >= this.#from;
      if (!begun) return false;
      if (isTail && this.#newest === undefined) this.#from = time;
      const key = `${time} ${line}`;
      const times = (here.get(key) ?? 0) + 1;
      here.set(key, times);
      if (times <= (this.#times.get(key) ?? 0)) return false;
      this.#times.set(key, times);
      if (this.#newest === undefined || time > this.#newest) this.#newest = time;
      this.#uncleaned += 1;
      if (this.#uncleaned >= CLEAN_AFTER) this.#forgetOld(here);
      return true;
    };
  }

  /** What is older than anything that will be read again. */
  #forgetOld(here: Map<string, number>): void {
    const { since = '' } = this;
    this.#uncleaned = 0;
    for (const counts of [this.#times, here]) {
      for (const key of counts.keys()) {
        // The oldest stand first: the walk ends where what may come again begins.
        if (key.slice(0, 19) >= since.slice(0, 19)) break;
        counts.delete(key);
      }
    }
  }
}
