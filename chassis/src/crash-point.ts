import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/**
 * The places where a crash would hurt the most: before and after each commit, send and acknowledgement. A test kills a process at
 * each of them and looks at what is left.
 */
export const CRASH_POINTS = [
  'transaction:before-commit',
  'transaction:after-commit',
  'relay:before-send',
  'relay:after-send',
  'relay:after-mark',
  'consumer:before-handle',
  'consumer:before-commit',
  'consumer:after-commit',
  'log:before-acknowledge',
  'log:after-acknowledge',
  'saga:before-call',
  'saga:after-call',
  'saga:after-save',
] as const;

export type CrashPoint = (typeof CRASH_POINTS)[number];

/**
 * `SVCKIT_CRASH=relay:after-send:2`: the process is killed at the second hit of that point. `SVCKIT_CRASH=@<file>`: at the point that
 * the file names at that moment, counted from when it began to; where there is no such file, or it is empty, at none.
 */
const CRASH = process.env['SVCKIT_CRASH'];
/** `SVCKIT_CRASH_REPORT=<file>`: each point that is reached for the first time is added to the file, a line each. */
const REPORT = process.env['SVCKIT_CRASH_REPORT'];

/** Marks such a place. Does nothing unless the environment of the process says otherwise. */
export const crashPoint: (point: CrashPoint) => void = CRASH || REPORT ? armed(CRASH, REPORT) : () => {};

interface Crash {
  readonly point: CrashPoint;
  readonly hit: number;
}

function armed(crash: string | undefined, report: string | undefined): (point: CrashPoint) => void {
  const crashNow = planned(crash);
  const reached = new Set<CrashPoint>();
  const hits = new WeakMap<Crash, number>();
  return (point) => {
    if (report && !reached.has(point)) appendFileSync(report, `${point}\n`);
    reached.add(point);
    const at = crashNow();
    if (at?.point !== point) return;
    hits.set(at, (hits.get(at) ?? 0) + 1);
    if (hits.get(at) === at.hit) process.kill(process.pid, 'SIGKILL');
  };
}

/** Where the process is to be killed: as the environment says, or as a file says at the moment. */
function planned(crash: string | undefined): () => Crash | undefined {
  if (!crash?.startsWith('@')) {
    const fixed = crash ? parse(crash) : undefined;
    return () => fixed;
  }
  let last = '';
  let plan: Crash | undefined;
  return () => {
    const text = existsSync(crash.slice(1)) ? readFileSync(crash.slice(1), 'utf8').trim() : '';
    if (text !== last) plan = text === '' ? undefined : parse(text);
    last = text;
    return plan;
  };
}

/** @throws Error for a point that does not exist: a test of it would pass without a crash */
function parse(text: string): Crash {
  const [, name, hit = '1'] = /^(.+?)(?::(\d+))?$/.exec(text) ?? [];
  const point = CRASH_POINTS.find((known) => known === name);
  if (!point) throw new Error(`SVCKIT_CRASH must be one of ${CRASH_POINTS.join(', ')}, with ":<hit>" after it; it is ${text}`);
  return { point, hit: Number(hit) };
}
