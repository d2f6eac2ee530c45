import type { createLocalJWKSet, JSONWebKeySet } from 'jose';

export type KeyLookup = ReturnType<typeof createLocalJWKSet>;

/** The keys that tokens are signed with, fetched, kept and followed as they are rotated. */
export interface KeySet {
  /** What jose looks keys up in. @throws where no keys were ever fetched */
  keys(): Promise<KeyLookup>;
  /** A token names a key that is not among them: asks anew, unless that was done a moment ago. Resolves with whether it was. */
  refetch(): Promise<boolean>;
}

export interface KeySetParts {
  fetchKeys(): Promise<JSONWebKeySet>;
  /** jose's own, injected so that the module is loaded only where tokens are checked. */
  lookup(keys: JSONWebKeySet): KeyLookup;
  now(): number;
  /** Tokens verified with keys that are gone must be forgotten. */
  changed(): void;
  failed(error: unknown): void;
}

/** After this long they are fetched again, while the old ones serve on. */
const FRESH_MS = 300_000;
/** Tokens with made-up key ids cause no more fetches than this. */
const COOLDOWN_MS = 30_000;
const RETRY_MS = 1_000;

export function createKeySet(parts: KeySetParts): KeySet {
  let known: KeyLookup | undefined;
  let text = '';
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let underWay: Promise<void> | undefined;
  const load = () => {
    triedAt = parts.now();
    underWay ??= parts
      .fetchKeys()
      .then((keys) => {
        known = parts.lookup(keys);
        fetchedAt = parts.now();
        if (JSON.stringify(keys) === text) return;
        text = JSON.stringify(keys);
        parts.changed();
      }, parts.failed)
      .finally(() => {
        underWay = undefined;
      });
    return underWay;
  };
  return {
    async keys() {
      const now = parts.now();
      if (!known) await (underWay ?? (now - triedAt >= RETRY_MS ? load() : undefined));
      else if (now - fetchedAt > FRESH_MS && now - triedAt > COOLDOWN_MS) void load();
      if (!known) throw new Error('The keys that tokens are checked with could not be fetched');
      return known;
    },
    async refetch() {
      if (underWay) await underWay;
      else if (parts.now() - triedAt < COOLDOWN_MS) return false;
      else await load();
      return true;
    },
  };
}
