import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { unavailable } from '@svckit/chassis';

/** Hashes passwords, a few at a time: each takes 32 MiB and a tenth of a second of a core, on purpose. */
export interface Passwords {
  /** A new hash, with its salt and how it was made. */
  hash(password: string): Promise<string>;
  /** Whether a password is that of a hash; without a hash it takes as long, and is not. */
  matches(password: string, hash: string | undefined): Promise<boolean>;
}

const derive = promisify<string, Buffer, number, object, Buffer>(scrypt);
const DIGEST_BYTES = 32;
const [BLOCK, PASSES] = [8, 3];
const [AT_ONCE, WAITING] = [2, 64];

/** @param cost how many doublings of work; 15 with three passes is what OWASP asks for */
export function passwords(cost: number): Passwords {
  const bounded = limiter();
  const hash = (password: string) =>
    bounded(() => hashed(password, { cost, block: BLOCK, passes: PASSES, salt: randomBytes(16) }));
  const nobody = hash(randomBytes(16).toString('hex'));
  return {
    hash,
    async matches(password, known) {
      const { expected, ...how } = parsed(known ?? (await nobody));
      const isSame = timingSafeEqual(await bounded(() => digest(password, how)), expected);
      return isSame && known !== undefined;
    },
  };
}

/** What a hash was made with; it is kept beside the digest, so that old ones stay good when new ones cost more. */
interface How {
  readonly cost: number;
  readonly block: number;
  readonly passes: number;
  readonly salt: Buffer;
}

async function hashed(password: string, how: How): Promise<string> {
  const { cost, block, passes, salt } = how;
  const digested = await digest(password, how);
  return ['scrypt', cost, block, passes, salt.toString('base64url'), digested.toString('base64url')].join('$');
}

function digest(password: string, { cost, block, passes, salt }: How): Promise<Buffer> {
  const N = 2 ** cost;
  // The same characters may be typed in two ways.
  return derive(password.normalize('NFKC'), salt, DIGEST_BYTES, { N, r: block, p: passes, maxmem: 256 * N * block });
}

function parsed(hash: string): How & { readonly expected: Buffer } {
  const [, cost, block, passes, salt = '', expected = ''] = hash.split('$');
  const how = {
    cost: Number(cost),
    block: Number(block),
    passes: Number(passes),
    salt: Buffer.from(salt, 'base64url'),
  };
  return { ...how, expected: Buffer.from(expected, 'base64url') };
}

/** Runs a few at once and lets some more wait; who comes then is asked to come again. */
function limiter() {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (waiting.length >= WAITING) throw unavailable('Too many are signing in');
    if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
