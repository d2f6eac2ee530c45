import type { Backend } from '../routes/compile.ts';

/** One of the backends, by weight; `random` is from 0 to 1. One of weight 0 gets nothing. */
export function byWeight(backends: readonly Backend[], random: number): Backend {
  const [only] = backends;
  if (only && backends.length === 1) return only;
  let left = random * backends.reduce((sum, { weight }) => sum + weight, 0);
  for (const backend of backends) {
    left -= backend.weight;
    if (left < 0) return backend;
  }
  const last = backends.findLast(({ weight }) => weight > 0);
  if (!last) throw new RangeError('A rule needs a backend');
  return last;
}
