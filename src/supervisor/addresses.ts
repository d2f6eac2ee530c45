import { createHash } from 'node:crypto';
import { SvcError } from '../errors.ts';
import type { Memory } from './memory.ts';
import { type Relay, startRelay } from './relay.ts';

/** Addresses of services lie below those that systems hand out by themselves (from 32768), so that these do not take them. */
const FIRST_PORT = 20_000;
const PORTS = 12_000;
const PORT_ATTEMPTS = 50;

export interface AddressTies {
  readonly memory: Memory;
  readonly root: string;
  /** Told what a person should know. */
  readonly note: (text: string) => void;
}

/**
 * The address of a service: on the port that it had before; where a stranger has that now, on another one, and that is said.
 * @throws SvcError local/failed where no port is free
 */
export async function openAddress(service: string, { memory, root, note }: AddressTies): Promise<Relay> {
  const before = memory.get().ports[service];
  for (let attempt = 0; attempt < PORT_ATTEMPTS; attempt += 1) {
    const port = attempt === 0 && before !== undefined ? before : suggestedPort(`${root}\n${service}\n${attempt}`);
    const relay = await startRelay(service, port).catch(unlessTaken);
    if (!relay) continue;
    if (before !== undefined && before !== port) {
      note(`Port ${before} of ${service} is taken by another program; its new address is ${urlOf(relay)}`);
    }
    if (before !== port) memory.setPort(service, port);
    return relay;
  }
  throw new SvcError('local/failed', `No port is free for ${service}`, { hint: 'End some of the programs that listen on this machine' });
}

export function urlOf({ port }: Pick<Relay, 'port'>): string {
  return `http://127.0.0.1:${port}`;
}

/** The same service gets the same address after every reset, as long as it is free. */
function suggestedPort(seed: string): number {
  return FIRST_PORT + (createHash('sha256').update(seed).digest().readUInt32BE() % PORTS);
}

function unlessTaken(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') throw error;
}
