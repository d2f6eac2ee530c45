import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { ExecResult, Invocation } from '../runtime.ts';

/**
 * Entry of a small process that starts programs for a large one. Starting a program copies the process that starts it, and while that
 * goes on nothing else does: 2 ms in a process of 50 MB, over 20 ms in one of 350 MB. So it holds little and imports next to nothing.
 */
export type Order = { readonly id: number; readonly call: PlainCall } | 'stop';
export type PlainCall = Pick<Invocation, 'command' | 'args' | 'cwd' | 'env' | 'input' | 'timeoutMs' | 'afterStop'>;

/** What came of one order: `missing` where the program could not be started. */
export type Outcome = { readonly id: number } & ({ readonly result: Omit<ExecResult, 'stdout'> } | { readonly missing: true });

const PATIENCE_MS = 5_000;

/** Those that end when the user asks to stop. */
const running = new Set<ChildProcessWithoutNullStreams>();
let isStopped = false;

function carryOut(id: number, call: PlainCall): void {
  const child = spawn(call.command, [...call.args], { env: { ...process.env, ...call.env }, cwd: call.cwd, windowsHide: true });
  const stdout: Uint8Array[] = [];
  const stderr: Uint8Array[] = [];
  child.stdout.on('data', (part) => stdout.push(part));
  child.stderr.on('data', (part) => stderr.push(part));
  child.on('error', () => child.pid === undefined && tell({ id, missing: true }));
  // A program may end without reading all of its input.
  child.stdin.on('error', () => {});
  child.stdin.end(call.input ?? '');
  if (!call.afterStop) running.add(child);
  const timer = call.timeoutMs === undefined ? undefined : setTimeout(() => end(child), call.timeoutMs);
  child.on('close', (code, signal) => {
    clearTimeout(timer);
    running.delete(child);
    if (child.pid === undefined) return;
    const exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
    tell({ id, result: { exitCode, stderr: Buffer.concat(stderr).toString('utf8'), bytes: Buffer.concat(stdout) } });
  });
  if (isStopped && !call.afterStop) end(child);
}

function end(child: ChildProcessWithoutNullStreams): void {
  child.kill();
  setTimeout(() => child.exitCode === null && child.kill('SIGKILL'), PATIENCE_MS).unref();
}

function stop(): void {
  isStopped = true;
  for (const child of running) end(child);
}

function tell(outcome: Outcome): void {
  if (process.connected) process.send?.(outcome, undefined, undefined, () => {});
}

process.on('message', (order: Order) => {
  if (order === 'stop') return stop();
  try {
    carryOut(order.id, order.call);
  } catch {
    tell({ id: order.id, missing: true });
  }
});
// A key at the terminal reaches this process too: the large one decides what becomes of it.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => {});
process.on('disconnect', () => process.exit());
