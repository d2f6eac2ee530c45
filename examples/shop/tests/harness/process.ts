import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { folderOf, type ServiceName } from './services.ts';

const READY_WITHIN_MS = 20_000;
const STOPPED_WITHIN_MS = 15_000;

export interface Launch {
  readonly service: ServiceName | 'gateway';
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  /** Another program than the service's own. */
  readonly program?: string;
  /** Where its output is added to. */
  readonly logFile: string;
}

/** A service as it runs in production: its built program, in a process of its own. */
export interface ServiceProcess {
  readonly pid: number;
  /** With the signal that killed it, if one did. */
  readonly ended: Promise<NodeJS.Signals | undefined>;
  isRunning(): boolean;
  /** Asks it to end, and waits for that. */
  stop(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
}

/**
 * Starts a service, and waits until it is ready.
 * @throws Error where it ends before that, unless a signal ended it: then it was killed on purpose
 */
export async function startProcess(launch: Launch): Promise<ServiceProcess> {
  const child = spawn(process.execPath, ['--enable-source-maps', launch.program ?? 'dist/main.js'], {
    cwd: folderOf(launch.service),
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', HOST: '127.0.0.1', PORT: String(launch.port), ...launch.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = createWriteStream(launch.logFile, { flags: 'a' });
  for (const stream of [child.stdout, child.stderr]) stream.pipe(log, { end: false });
  const running = processOf(child);
  await untilReady(launch, running);
  return running;
}

/** None of them outlives the tests. */
const children = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

function processOf(child: ChildProcess): ServiceProcess {
  const ended = once(child, 'exit').then(([, signal]) => (signal as NodeJS.Signals | null) ?? undefined);
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  children.add(child);
  void ended.then(() => children.delete(child));
  return {
    pid: child.pid ?? 0,
    ended,
    isRunning,
    async stop() {
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      const tooLong = setTimeout(() => child.kill('SIGKILL'), STOPPED_WITHIN_MS);
      if (isRunning()) await ended;
      clearTimeout(tooLong);
    },
    signal: (signal) => void child.kill(signal),
  };
}

async function untilReady({ service, port, logFile }: Launch, running: ServiceProcess): Promise<void> {
  for (const deadline = Date.now() + READY_WITHIN_MS; Date.now() < deadline; await sleep(20)) {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok) return;
    if (!running.isRunning()) {
      if ((await running.ended) !== undefined) return;
      throw new Error(`${service} ended before it was ready: see ${logFile}`);
    }
  }
  running.signal('SIGKILL');
  throw new Error(`${service} was not ready in time: see ${logFile}`);
}
