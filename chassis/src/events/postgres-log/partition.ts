import { createHash } from 'node:crypto';

/** How many members of a group can work at once on a topic. Keys would change their place with it, so it is the same for all. */
export const PARTITIONS = 8;

/** The partition of a key: the same one for ever, in every process. */
export function partitionOf(key: string): number {
  return createHash('sha256').update(key).digest().readUInt32BE() % PARTITIONS;
}
