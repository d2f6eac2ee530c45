import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const svc = process.env['SVCKIT_BIN'] ?? join(import.meta.dirname, '../../bin/svc.js');
const preload = join(import.meta.dirname, 'fault.cjs');

/** What happens at the n-th operation that changes a file of the scene; a write ends in its middle. */
export interface Fault {
  readonly at: number;
  readonly how: 'kill' | 'full';
}

export interface Run {
  /** Absolute path: operations below it count. */
  readonly folder: string;
  readonly cwd: string;
  readonly args: readonly string[];
}

export interface Outcome {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly output: string;
  /** The operation that was disturbed; without a fault every operation. */
  readonly operations: readonly string[];
}

/** Runs the built svc, undisturbed or with one fault. */
export async function disturbed({ folder, cwd, args }: Run, fault: Fault | undefined): Promise<Outcome> {
  const log = `${folder}.log`;
  rmSync(log, { force: true });
  const order = JSON.stringify({ folder, log, how: 'count', ...fault });
  const env = { ...process.env, XDG_STATE_HOME: join(folder, 'state'), SVCKIT_FAULT: order, CI: 'true' };
  const child = spawn(process.execPath, ['--require', preload, svc, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk));
  const [exitCode, signal] = (await once(child, 'close')) as [number | null, string | null];
  const lines = existsSync(log) ? readFileSync(log, 'utf8').split('\n').filter(Boolean) : [];
  return { exitCode, signal, output: Buffer.concat(output).toString('utf8'), operations: lines };
}
