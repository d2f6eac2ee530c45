import { appendFileSync } from 'node:fs';

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

/** `SVCKIT_CRASH=relay:after-send:2`: the process is killed at the second hit of that point. */
const CRASH = process.env['SVCKIT_CRASH'];
/** `SVCKIT_CRASH_REPORT=<file>`: each point that is reached for the first time is added to the file, a line each. */
const REPORT = process.env['SVCKIT_CRASH_REPORT'];

/** Marks such a place. Does nothing unless the environment of the process says otherwise. */
export const crashPoint: (point: CrashPoint) => void = CRASH || REPORT ? armed(CRASH, REPORT) : () => {};

function armed(crash: string | undefined, report: string | undefined): (point: CrashPoint) => void {
  const at = crash ? parse(crash) : undefined;
  const reached = new Map<CrashPoint, number>();
  return (point) => {
    const hits = (reached.get(point) ?? 0) + 1;
    reached.set(point, hits);
    if (report && hits === 1) appendFileSync(report, `${point}\n`);
    if (point === at?.point && hits === at.hit) process.kill(process.pid, 'SIGKILL');
  };
}

/** @throws Error for a point that does not exist: a test of it would pass without a crash */
function parse(text: string): { readonly point: CrashPoint; readonly hit: number } {
  const [, name, hit = '1'] = /^(.+?)(?::(\d+))?$/.exec(text) ?? [];
  const point = CRASH_POINTS.find((known) => known === name);
  if (!point) throw new Error(`SVCKIT_CRASH must be one of ${CRASH_POINTS.join(', ')}, with ":<hit>" after it; it is ${text}`);
  return { point, hit: Number(hit) };
}
