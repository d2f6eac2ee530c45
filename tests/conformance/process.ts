import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { call } from './http.ts';
import type { Subject } from './subject.ts';

export type LogLine = Readonly<Record<string, unknown>>;

/** A started service: what it says, and how it ends. */
export interface Instance {
  readonly url: string;
  readonly port: number;
  /** Every line of standard output. */
  readonly output: readonly string[];
  logs(): readonly LogLine[];
  signal(name: 'SIGTERM' | 'SIGINT'): void;
  /** Resolves with the exit code; undefined where a signal killed it. */
  readonly exited: Promise<number | undefined>;
  /** Ends it whatever it does. */
  end(): Promise<void>;
}

/** Starts a service without waiting for anything. */
export async function launch(subject: Subject, env: Readonly<Record<string, string>>): Promise<Instance> {
  const port = await freePort();
  const [program, ...args] = subject.command;
  const child = spawn(program, args, {
    cwd: subject.cwd,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], HOST: '127.0.0.1', PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const output: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => output.push(line));
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    output,
    logs: () => output.map((line) => JSON.parse(line)),
    signal: (name) => child.kill(name),
    exited: once(child, 'close').then(([code]) => code ?? undefined),
    end: () => end(child),
  };
}

/** Waits until it may get traffic. */
export function ready(instance: Instance, patienceMs = 15_000): Promise<void> {
  return until('the service is ready', async () => (await call(`${instance.url}/health/ready`)).status === 200, patienceMs);
}

/** Waits for something to become true; a check that throws is not true yet. */
export async function until(what: string, check: () => Promise<boolean> | boolean, patienceMs = 15_000): Promise<void> {
  for (const end = Date.now() + patienceMs; Date.now() < end; await sleep(20)) {
    if (await Promise.resolve(check()).catch(() => false)) return;
  }
  throw new Error(`Waited ${patienceMs} ms in vain: ${what}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'close');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
