/** For sorting; numbers, text by code unit, and nanoseconds. */
export function compare<Value extends bigint | string | number>(a: Value, b: Value): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The smaller of two big integers, for which Math.min is not made. */
export function earlier(a: bigint, b: bigint): bigint {
  return compare(a, b) <= 0 ? a : b;
}

export function later(a: bigint, b: bigint): bigint {
  return compare(a, b) >= 0 ? a : b;
}
