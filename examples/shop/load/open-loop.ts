import { setTimeout as sleep } from 'node:timers/promises';

/** One thing that somebody waited for. */
export interface Sample {
  readonly step: string;
  /** `201`, `503`, or `no answer`. */
  readonly outcome: string;
  /** From when it should have begun, in milliseconds: what waits behind something slow has waited too. */
  readonly tookMs: number;
}

export interface Plan {
  /** Sessions a second. */
  readonly rate: number;
  readonly seconds: number;
}

/** When sessions begin, in milliseconds: at random, as people come, and so many a second in the mean. */
export function arrivals({ rate, seconds }: Plan, random: () => number): readonly number[] {
  const times: number[] = [];
  for (let at = wait(rate, random); at < seconds * 1000; at += wait(rate, random)) times.push(at);
  return times;
}

function wait(rate: number, random: () => number): number {
  return (-Math.log(1 - random()) / rate) * 1000;
}

/** Begins each session at its time, whatever has become of those before it, and waits for all. */
export async function openLoop(plan: Plan, session: (beganAt: number, number: number) => Promise<readonly Sample[]>): Promise<readonly Sample[]> {
  const began = performance.now();
  const under = arrivals(plan, Math.random).map(async (at, number) => {
    await sleep(began + at - performance.now());
    return session(began + at, number);
  });
  return (await Promise.all(under)).flat();
}
