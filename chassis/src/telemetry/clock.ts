/** A wall clock that is fine enough for spans: it goes with the monotonic clock, and follows the system's where that jumps. */
export type Clock = () => number;

/** A laptop that slept, or a corrected system clock. */
const JUMP_MS = 50;

/** @returns milliseconds since 1970, with fractions */
export function createClock(wall: () => number = Date.now, monotonic: () => number = () => performance.now()): Clock {
  let offset = wall() - monotonic();
  return () => {
    const fine = monotonic();
    const coarse = wall();
    if (Math.abs(coarse - fine - offset) > JUMP_MS) offset = coarse - fine;
    return fine + offset;
  };
}
