/**
 * The background process of one workspace on this machine: `node supervisor.js <workspace> <state folder>`. It is started by the
 * first command that needs it, ends with `svc down`, and by itself when nothing has been left to do for a minute.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Address } from '../target/local/protocol.ts';
import { startControl } from './control.ts';
import { endLeftOvers } from './journal.ts';
import { LocalSystem, untilIdle } from './local-system.ts';
import { holdsLock, releaseLock, takeLock } from './lock.ts';
import { writeState } from './state-file.ts';

const IDLE_MS = 60_000;
const LOOK_MS = 2_000;
/** Whoever ends this process by a signal waits that long for services to end politely. */
const HURRY_MS = 5_000;

async function main(root: string, state: string): Promise<void> {
  mkdirSync(state, { recursive: true, mode: 0o700 });
  // Somebody else was a moment faster: whoever started us finds that one.
  if (await takeLock(state)) return;
  const address = join(state, 'address.json');
  for (const old of ['address.json', 'session.json']) rmSync(join(state, old), { force: true });
  const ended = await endLeftOvers(state);
  if (ended.length > 0) console.error(`Ended what was left running: ${ended.join(', ')}`);

  const token = randomBytes(16).toString('hex');
  const system = await LocalSystem.start({ root, state, token });
  // Also after a bug in here nothing is left running.
  process.once('exit', () => system.kill());
  const control = await startControl(system, token);
  writeState(address, { url: control.url, token, pid: process.pid, startedAt: new Date().toISOString() } satisfies Address);

  await Promise.race([system.closed, untilIdle(system, IDLE_MS), untilForgotten(state), signalled(system)]);
  rmSync(address, { force: true });
  await system.stop();
  control.close();
  releaseLock(state);
  process.exit();
}

/** Resolves when somebody removed our state folder: nobody could find us any more. */
async function untilForgotten(state: string): Promise<void> {
  while (holdsLock(state)) await pause(LOOK_MS);
}

/** Resolves at a signal; services that take too long then are ended the hard way. */
function signalled(system: LocalSystem): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) {
      process.on(name, () => {
        setTimeout(() => system.kill(), HURRY_MS).unref();
        resolve();
      });
    }
  });
}

const [root, state] = process.argv.slice(2);
if (root === undefined || state === undefined) throw new Error('usage: supervisor.js <workspace> <state folder>');
await main(root, state);
