/** Timing of whole processes: subject and peer in turn, in the same run, so that a machine that drifts drifts for both. */
import { spawnSync } from 'node:child_process';

export const RUNS = Number(process.env.BENCH_RUNS ?? 7);

/** Wall-clock milliseconds of one run; a failing command fails the bench. */
export function timeOf({ command, args = [], cwd, env, input, before }) {
  before?.();
  const start = process.hrtime.bigint();
  const result = spawnSync(command, args, { cwd, env: { ...process.env, ...env }, input, encoding: 'utf8' });
  const ms = Number(process.hrtime.bigint() - start) / 1e6;
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${result.status}: ${result.error ?? result.stderr}`);
  return ms;
}

/** Medians of both, run in turn after one warm-up each. */
export function inTurn(subject, peer, runs = RUNS) {
  const times = { subject: [], peer: [] };
  for (let run = -1; run < runs; run += 1) {
    const pair = { subject: timeOf(subject), peer: timeOf(peer) };
    if (run < 0) continue;
    times.subject.push(pair.subject);
    times.peer.push(pair.peer);
  }
  return { subject: median(times.subject), peer: median(times.peer) };
}

/** Medians of any number of commands by name, run in turn after one warm-up each; `before` may take its time. */
export async function inRounds(commands, runs = RUNS) {
  const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
  for (let run = -1; run < runs; run += 1) {
    for (const [name, { before, ...command }] of Object.entries(commands)) {
      await before?.();
      const ms = timeOf(command);
      if (run >= 0) times[name].push(ms);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, each]) => [name, median(each)]));
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** One line of the table that every bench prints: `goal` is `{ ratio }` against the peer or `{ atMost }` in the unit of the figure. */
export function report({ what, value, unit = 'ms', peer, peerName, goal }) {
  const shown = (figure) =>
    `${Number.isInteger(figure) ? figure : figure >= 100 ? Math.round(figure) : figure.toFixed(figure >= 10 ? 1 : 2)} ${unit}`;
  const ratio = peer === undefined ? undefined : value / peer;
  const met = goal.ratio === undefined ? value <= goal.atMost : ratio <= goal.ratio;
  const against = ratio === undefined ? '' : `, ${ratio.toFixed(2)}x ${peerName} (${shown(peer)})`;
  const aim = goal.ratio === undefined ? `<= ${shown(goal.atMost)}` : `<= ${goal.ratio}x`;
  console.log(`${met ? 'met   ' : 'MISSED'} ${what}: ${shown(value)}${against}; goal ${aim}`);
}
