import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import type { ExecResult, Invocation } from '../runtime.ts';

/** A call that takes no more than a pipe for each stream; and nothing in it but data. */
export type PlainCall = Pick<Invocation, 'command' | 'args' | 'cwd' | 'env' | 'input' | 'timeoutMs' | 'afterStop'>;

/** What a program left; its text is made of the bytes where it is wanted. */
export type PlainResult = Omit<ExecResult, 'stdout'>;

/** Of each stream; a hostile repository can make git print without end. */
const MOST_BYTES = 100_000_000;
const PATIENCE_MS = 5_000;

/** Those that end when this process ends; what leaves things as they were goes on. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill();
});

/**
 * Runs a program to its end. Imports next to nothing: loading what starts it would take longer than most programs do.
 * @param stop ends the program: asked first, killed 5 s later
 * @returns an exit code of 128 + signal number where a signal ended it. Rejects with the system's error where it could not be started
 */
export function runProgram(call: PlainCall, stop: AbortSignal | undefined): Promise<PlainResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(call.command, [...call.args], { env: { ...process.env, ...call.env }, cwd: call.cwd, windowsHide: true });
    const output = [child.stdout, child.stderr].map((stream) => gathered(stream, () => child.kill()));
    // A program may end without reading all of its input.
    child.stdin.on('error', () => {});
    child.stdin.end(call.input ?? '');
    const release = endWhere(child, call, stop);
    child.on('error', (error) => child.pid === undefined && reject(error));
    child.on('close', (code, signal) => {
      release();
      const exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
      const [bytes, stderr] = output.map((parts) => Buffer.concat(parts)) as [Buffer, Buffer];
      resolve({ exitCode, stderr: stderr.toString('utf8'), bytes });
    });
  });
}

/** What a stream brings, as far as it may; then the program is ended, which its exit code tells. */
function gathered(stream: Readable, tooMuch: () => void): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  let left = MOST_BYTES;
  stream.on('data', (part: Uint8Array) => {
    left -= part.length;
    if (left < 0) tooMuch();
    else parts.push(part);
  });
  return parts;
}

/** Ends the program with its time, with `stop` and with this process. Returns what lets go of it. */
function endWhere(child: ChildProcess, { timeoutMs, afterStop }: PlainCall, stop: AbortSignal | undefined): () => void {
  const end = () => {
    child.kill();
    setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS).unref();
  };
  const timer = timeoutMs === undefined ? undefined : setTimeout(end, timeoutMs);
  if (!afterStop) running.add(child);
  if (stop?.aborted) end();
  stop?.addEventListener('abort', end, { once: true });
  return () => {
    clearTimeout(timer);
    running.delete(child);
    stop?.removeEventListener('abort', end);
  };
}
