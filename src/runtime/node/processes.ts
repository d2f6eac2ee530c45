import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open } from 'node:fs/promises';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import { SvcError } from '../../errors.ts';
import type { ExecResult, Invocation } from '../runtime.ts';
import { linesOf } from './lines.ts';
import { type PlainResult, runProgram } from './program.ts';

/** Runs a program to its end; the user's Ctrl-C ends it too. */
export async function exec(call: Invocation, signal: AbortSignal): Promise<ExecResult> {
  const stop = call.afterStop ? call.signal : call.signal ? AbortSignal.any([signal, call.signal]) : signal;
  return isPlain(call) ? execPlain(call, stop) : execWithExeca(call, stop);
}

/** Whether a call needs nothing of execa, which takes 30 ms to load: it finds `npm.cmd` on Windows, and tells lines as they come. */
export function isPlain({ inherit, onLine }: Invocation): boolean {
  return process.platform !== 'win32' && !inherit && !onLine;
}

/** The result with its text. */
export function withText(result: PlainResult): ExecResult {
  return { ...result, stdout: text(result.bytes) };
}

async function execPlain(call: Invocation, stop: AbortSignal | undefined): Promise<ExecResult> {
  const result = await runProgram(call, stop).catch((error: unknown) => {
    throw notStarted(call, error);
  });
  return withText(result);
}

async function execWithExeca(call: Invocation, stop: AbortSignal | undefined): Promise<ExecResult> {
  const { execa } = await import('execa');
  const child = execa(call.command, [...call.args], {
    reject: false,
    stripFinalNewline: false,
    encoding: 'buffer',
    ...(stop && { cancelSignal: stop }),
    forceKillAfterDelay: 5_000,
    env: { ...call.env },
    ...(call.cwd !== undefined && { cwd: call.cwd }),
    ...(call.timeoutMs !== undefined && { timeout: call.timeoutMs }),
    ...(call.inherit ? { stdio: 'inherit' as const } : { input: call.input ?? '' }),
  });
  if (call.onLine) await Promise.all([eachLine(child, 'stdout', call.onLine), eachLine(child, 'stderr', call.onLine)]);
  const result = await child;
  if (result.failed && result.exitCode === undefined && result.signal === undefined) throw notStarted(call, result.cause ?? result);
  return {
    exitCode: result.exitCode ?? 128 + signalNumber(result.signal),
    stdout: text(result.stdout),
    stderr: text(result.stderr),
    bytes: result.stdout ?? new Uint8Array(),
  };
}

async function eachLine(
  child: { iterable(options: { from: 'stdout' | 'stderr' }): AsyncIterable<Uint8Array> },
  stream: 'stdout' | 'stderr',
  tell: NonNullable<Invocation['onLine']>,
): Promise<void> {
  try {
    for await (const line of linesOf(child.iterable({ from: stream }))) tell(line, stream);
  } catch {
    // The failure of the program itself is told by its result.
  }
}

/** Starts a program that outlives this one, its output appended to `logFile`. */
export async function background(call: Invocation & { readonly logFile: string }): Promise<number> {
  await mkdir(dirname(call.logFile), { recursive: true });
  const log = await open(call.logFile, 'a', 0o600);
  try {
    const child = spawn(call.command, [...call.args], {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: { ...process.env, ...call.env },
      ...(call.cwd !== undefined && { cwd: call.cwd }),
    });
    await once(child, 'spawn').catch((error: unknown) => {
      throw notStarted(call, error);
    });
    child.unref();
    if (child.pid === undefined) throw notStarted(call, undefined);
    return child.pid;
  } finally {
    await log.close();
  }
}

/** What a caller is told where a program could not be started. */
export function notStarted(call: Pick<Invocation, 'command'>, cause: unknown): SvcError {
  return new SvcError('tool/missing', `Cannot start ${call.command}`, {
    hint: `Install ${call.command} or put it on the PATH; svc doctor shows what is there`,
    cause,
  });
}

function signalNumber(name: string | undefined): number {
  return constants.signals[name as NodeJS.Signals] ?? 0;
}

function text(output: Uint8Array | undefined): string {
  return output === undefined ? '' : Buffer.from(output).toString('utf8');
}
