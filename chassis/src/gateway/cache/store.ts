import type { HeaderMap } from '../http/hygiene.ts';

/** An answer that is kept. */
export interface Kept {
  readonly status: number;
  readonly headers: HeaderMap;
  readonly body: Buffer;
  readonly tags: readonly string[];
  readonly storedAt: number;
  readonly freshUntil: number;
  /** The request headers that the answer varies by, and what they were. */
  readonly varies: readonly (readonly [name: string, value: string])[];
}

/** What an event or a person may ask to be forgotten. */
export interface Purge {
  readonly tags?: readonly string[];
  /** All answers below this path. */
  readonly prefix?: string;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

export interface CacheStore {
  /** A fresh answer for the same resource and the same varying headers. */
  find(key: string, headers: Headers, now: number): Kept | undefined;
  keep(key: string, kept: Kept): void;
  /** How often anything was asked to be forgotten. */
  purges(): number;
  /** @returns how many answers were forgotten */
  purge(what: Purge): number;
}

const MOST_VARIANTS = 16;
/** What an entry takes beside its body, roughly. */
const OVERHEAD_BYTES = 1_024;

/** Keeps what was asked for last, within so many bytes. The key of a resource begins with its path. */
export function memoryCache(mostBytes: number): CacheStore {
  const resources = new Map<string, readonly Kept[]>();
  let bytes = 0;
  let purges = 0;
  const replace = (key: string, variants: readonly Kept[]) => {
    bytes += sizeOf(variants) - sizeOf(resources.get(key) ?? []);
    resources.delete(key);
    if (variants.length > 0) resources.set(key, variants);
  };
  const shrink = () => {
    for (const key of resources.keys()) {
      if (bytes <= mostBytes) return;
      replace(key, []);
    }
  };
  return {
    find(key, headers, now) {
      const variants = resources.get(key);
      const found = variants?.find((kept) => kept.freshUntil > now && fits(kept, headers));
      if (variants && found) replace(key, variants); // asked for last
      return found;
    },
    keep(key, kept) {
      const same = (other: Kept) => JSON.stringify(other.varies) === JSON.stringify(kept.varies);
      const others = (resources.get(key) ?? []).filter((other) => !same(other) && other.freshUntil > kept.storedAt);
      replace(key, [...others.slice(-(MOST_VARIANTS - 1)), kept]);
      shrink();
    },
    purges: () => purges,
    purge({ tags = [], prefix }) {
      let count = 0;
      purges++;
      for (const [key, variants] of [...resources]) {
        const left = variants.filter((kept) => !(isBelow(key, prefix) || kept.tags.some((tag) => tags.includes(tag))));
        count += variants.length - left.length;
        if (left.length < variants.length) replace(key, left);
      }
      return count;
    },
  };
}

function fits({ varies }: Kept, headers: Headers): boolean {
  return varies.every(([name, value]) => String(headers[name] ?? '') === value);
}

function isBelow(key: string, prefix: string | undefined): boolean {
  return (
    prefix !== undefined &&
    (prefix === '/' || key === prefix || key.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`) || key.startsWith(`${prefix}?`))
  );
}

function sizeOf(variants: readonly Kept[]): number {
  return variants.reduce((sum, { body }) => sum + body.length + OVERHEAD_BYTES, 0);
}
