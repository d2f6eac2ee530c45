/** When a signing key may be used; its successors take over from the time they sign. */
export interface KeyTimes {
  readonly id: string;
  readonly signsFrom: Date;
}

export interface RotationRules {
  /** How long a key signs. */
  readonly everyMs: number;
  /** How long a key is published before it signs, so that whoever checks tokens has fetched it by then. */
  readonly aheadMs: number;
  /** How long a key stays after its last token was signed. */
  readonly keepMs: number;
}

/** What is to be done with the keys now. */
export interface Rotation {
  /** From when a new key signs; undefined where none is needed. */
  readonly add: Date | undefined;
  /** Whose tokens have all expired. */
  readonly drop: readonly string[];
}

/** Keys as they are now, the one that signs first; those that have not begun to sign are left out. */
export function inUse<Key extends KeyTimes>(keys: readonly Key[], now: Date): Key[] {
  return keys.filter(({ signsFrom }) => signsFrom <= now).toSorted((a, b) => Number(b.signsFrom) - Number(a.signsFrom));
}

/** The first key of all signs at once, as nobody has fetched any; each later one is published ahead. */
export function rotation(keys: readonly KeyTimes[], now: Date, { everyMs, aheadMs, keepMs }: RotationRules): Rotation {
  const [signing, ...former] = inUse(keys, now);
  if (!signing) return { add: keys.length === 0 ? now : undefined, drop: [] };
  const isFollowed = keys.some(({ signsFrom }) => signsFrom > now);
  const next = Math.max(Number(signing.signsFrom) + everyMs, Number(now) + aheadMs);
  return {
    add: !isFollowed && next - Number(now) <= aheadMs ? new Date(next) : undefined,
    drop: former.filter((_, index) => lastSigned(former, signing, index) + keepMs < Number(now)).map(({ id }) => id),
  };
}

/** A key signed until the one after it began. */
function lastSigned(former: readonly KeyTimes[], signing: KeyTimes, index: number): number {
  return Number((former[index - 1] ?? signing).signsFrom);
}
