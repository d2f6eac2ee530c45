const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90s`, `15m`, `1h`, `7d` in milliseconds; undefined where it is none of these. */
export function parseAge(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * UNITS[unit as keyof typeof UNITS];
}

/** Three significant digits in the unit that fits: `0`, `850 ns`, `12.4 µs`, `3.07 ms`, `128 ms`, `1.50 s`, `2 min 5 s`. */
export function showDuration(nanoseconds: bigint): string {
  if (nanoseconds <= 0n) return '0';
  if (nanoseconds >= 60_000_000_000n) return showMinutes(nanoseconds);
  const value = Number(nanoseconds);
  if (value < 999.5) return `${value} ns`;
  if (value < 999.5e3) return `${(value / 1e3).toPrecision(3)} µs`;
  if (value < 999.5e6) return `${(value / 1e6).toPrecision(3)} ms`;
  return `${(value / 1e9).toPrecision(3)} s`;
}

function showMinutes(nanoseconds: bigint): string {
  const seconds = nanoseconds / 1_000_000_000n;
  if (seconds < 3_600n) return `${seconds / 60n} min ${seconds % 60n} s`;
  return seconds < 86_400n ? `${seconds / 3_600n} h ${(seconds / 60n) % 60n} min` : `${seconds / 86_400n} d ${(seconds / 3_600n) % 24n} h`;
}
