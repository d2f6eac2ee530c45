import { type ChildProcess, spawn } from 'node:child_process';
import { get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Variables } from './environment.ts';
import { lineSplitter } from './log-lines.ts';

/** A built version of a service, ready to be started any number of times. */
export interface Release {
  /** Where it runs. */
  readonly folder: string;
  readonly run: readonly string[];
  /** The whole environment except for the port. */
  readonly env: Variables;
  /** The path that answers 200 when the service can take requests. */
  readonly readiness: string;
  /** Whether a debugger may connect. */
  readonly inspect: boolean;
}

/** One running process of a service. */
export interface Instance {
  readonly pid: number;
  readonly port: number;
  /** Resolves when it takes requests; never where it does not. */
  readonly ready: Promise<void>;
  /** How it ended, when it has: `exit code 1`, `SIGKILL`. */
  readonly exited: Promise<string>;
  /** The end of what it said. */
  lastLines(): readonly string[];
  /** What its readiness answered last, where that was not yes. */
  lastAnswer(): string | undefined;
  /** Where a debugger connects. */
  inspectUrl(): string | undefined;
  /** Asks it to end, and ends it after 25 s: the service contract gives it 20. */
  end(): void;
  kill(): void;
}

const END_PATIENCE_MS = 25_000;
const KEPT_LINES = 12;
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 250;
const PROBE_TIMEOUT_MS = 1_000;

/** Starts a process of a release on a port; `log` returns each line as it may be shown. It leads a process group of its own, so that what it starts ends with it. */
export function startInstance(release: Release, port: number, log: (line: string) => string): Instance {
  const child = spawnRelease(release, port);
  const said = follow(child, log);
  const exited = exitOf(child);
  const gone = new AbortController();
  void exited.then(() => gone.abort());
  let answer: string | undefined;
  return {
    pid: child.pid ?? 0,
    port,
    exited,
    ready: untilReady(`http://127.0.0.1:${port}${release.readiness}`, gone.signal, (text) => (answer = text)),
    lastLines: () => said.slice(-KEPT_LINES),
    lastAnswer: () => answer,
    inspectUrl: () => said.inspect,
    end() {
      signalGroup(child, 'SIGTERM');
      const tooLong = setTimeout(() => signalGroup(child, 'SIGKILL'), END_PATIENCE_MS);
      void exited.then(() => clearTimeout(tooLong));
    },
    kill: () => signalGroup(child, 'SIGKILL'),
  };
}

function spawnRelease({ run, folder, env, inspect }: Release, port: number): ChildProcess {
  const [command = 'node', ...args] = run;
  const debugging = inspect && command === 'node' ? ['--inspect=127.0.0.1:0'] : [];
  return spawn(command, [...debugging, ...args], {
    cwd: folder,
    env: { ...env, PORT: String(port) },
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** The last lines of both streams, and the debugger's address, which Node writes to its standard error. */
function follow(child: ChildProcess, log: (line: string) => string): string[] & { inspect?: string } {
  const said: string[] & { inspect?: string } = [];
  for (const stream of [child.stdout, child.stderr]) {
    const splitter = lineSplitter((line) => {
      const debuggerAt = /^Debugger listening on (ws:\S+)/.exec(line)?.[1];
      if (debuggerAt !== undefined) said.inspect = debuggerAt;
      said.push(log(line));
      if (said.length > KEPT_LINES * 2) said.splice(0, KEPT_LINES);
    });
    stream?.setEncoding('utf8').on('data', splitter.write).on('end', splitter.end);
  }
  return said;
}

/** After the process what it started is ended as well: nothing of an instance outlives it. */
function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => resolve(`cannot be run: ${error.code ?? error.message}`));
    child.once('exit', () => signalGroup(child, 'SIGKILL'));
    child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // It has ended already.
  }
}

async function untilReady(url: string, gone: AbortSignal, tell: (answer: string | undefined) => void): Promise<void> {
  for (let wait = FIRST_PAUSE_MS; !gone.aborted; wait = Math.min(LONGEST_PAUSE_MS, wait * 1.3)) {
    const answer = await statusOf(url);
    if (answer >= 200 && answer < 400) return;
    tell(answer === 0 ? undefined : `${new URL(url).pathname} answered ${answer}`);
    await pause(wait);
  }
  await new Promise(() => {});
}

/** The status that a GET is answered with; 0 where there is no answer. */
export function statusOf(url: string): Promise<number> {
  return new Promise((resolve) => {
    const request = get(url, { timeout: PROBE_TIMEOUT_MS, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.once('timeout', () => request.destroy()).once('error', () => resolve(0));
  });
}
