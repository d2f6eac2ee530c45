import { type PlainCall, type PlainResult, runProgram } from './program.ts';

/**
 * Entry of a small process that starts programs for a large one. Starting a program copies the process that starts it, and while that
 * goes on nothing else does: 2 ms in a process of 50 MB, over 20 ms in one of 350 MB. So it holds little and imports next to nothing.
 */
export type Order = { readonly id: number; readonly call: PlainCall } | 'stop';

/** What came of one order: `missing` where the program could not be started. */
export type Outcome = { readonly id: number } & ({ readonly result: PlainResult } | { readonly missing: true });

/** The user asked to stop. */
const stop = new AbortController();

async function carryOut(id: number, call: PlainCall): Promise<Outcome> {
  try {
    return { id, result: await runProgram(call, call.afterStop ? undefined : stop.signal) };
  } catch {
    return { id, missing: true };
  }
}

function tell(outcome: Outcome): void {
  if (process.connected) process.send?.(outcome, undefined, undefined, () => {});
}

process.on('message', (order: Order) => {
  if (order === 'stop') stop.abort();
  else void carryOut(order.id, order.call).then(tell);
});
// A key at the terminal reaches this process too: the large one decides what becomes of it.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => {});
process.on('disconnect', () => process.exit());
