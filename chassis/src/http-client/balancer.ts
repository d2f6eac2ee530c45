/** The addresses of one peer: they take turns, and one that keeps failing rests. */
export interface Balancer {
  readonly instances: readonly Instance[];
  readonly next: number;
}

export interface Instance {
  readonly url: string;
  readonly failures: number;
  readonly restsUntil: number;
}

const FAILURES_TO_REST = 3;
const REST_MS = 5_000;
const LONGEST_REST_MS = 60_000;

export function startBalancer(urls: readonly string[]): Balancer {
  return { instances: urls.map((url) => ({ url, failures: 0, restsUntil: 0 })), next: 0 };
}

/** The address for the next attempt, with the balancer after it. Where all rest, they take turns all the same: never none. */
export function pick(balancer: Balancer, at: number): readonly [string, Balancer] {
  const { instances, next } = balancer;
  const order = instances.map((_, offset) => (next + offset) % instances.length);
  const index = order.find((candidate) => (instances[candidate]?.restsUntil ?? 0) <= at) ?? next;
  const chosen = instances[index];
  if (!chosen) throw new RangeError('A peer needs an address');
  return [chosen.url, { instances, next: (index + 1) % instances.length }];
}

/** The balancer after an attempt. From the third failure in a row on, an address rests for longer and longer. */
export function report(balancer: Balancer, attempt: { readonly url: string; readonly ok: boolean; readonly at: number }): Balancer {
  if (attempt.ok && balancer.instances.every(({ failures }) => failures === 0)) return balancer;
  return {
    ...balancer,
    instances: balancer.instances.map((instance) => (instance.url === attempt.url ? judged(instance, attempt) : instance)),
  };
}

function judged(instance: Instance, { ok, at }: { readonly ok: boolean; readonly at: number }): Instance {
  if (ok) return { ...instance, failures: 0, restsUntil: 0 };
  const failures = instance.failures + 1;
  const rest = failures < FAILURES_TO_REST ? 0 : Math.min(LONGEST_REST_MS, REST_MS * 2 ** (failures - FAILURES_TO_REST));
  return { ...instance, failures, restsUntil: rest === 0 ? 0 : at + rest };
}
