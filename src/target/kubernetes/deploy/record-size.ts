import { gzipSync } from 'node:zlib';
import { SvcError } from '../../../errors.ts';
import type { Record, Release } from './record.ts';

/** The API server takes no Secret with more: https://kubernetes.io/docs/concepts/configuration/secret/#restriction-data-size */
const MOST_BYTES = 1_048_576;
/** What a part may be in memory: it was packed, and a few bytes can become very many. */
export const MOST_UNPACKED_BYTES = 32 * 1_048_576;

type Data = Readonly<{ [name: string]: string }>;

/**
 * A record as the data of its Secret, base64. Where it does not fit, the oldest releases are kept without their objects, one after
 * the other: they are told of, and cannot be gone back to any more.
 * @throws SvcError workload/invalid where not even the version that is applied fits beside the one before it
 */
export function dataOf(service: string, record: Record): Data {
  const parts = partsOf(record);
  for (let { releases } = record; ; releases = withoutOldest(releases)) {
    const all = [...parts, part('releases', releases)];
    if (fits(all)) return Object.fromEntries(all.map(({ name, bytes }) => [name, bytes.toString('base64')]));
    if (releases.every(({ objects }) => objects === undefined)) throw tooLarge(service, sizeOf(all));
  }
}

interface Part {
  readonly name: string;
  readonly bytes: Buffer;
  readonly unpackedBytes: number;
}

function partsOf({ phase, revision, by, at, current, lastGood, inventory }: Record): readonly Part[] {
  const words = Object.entries({ phase, revision: String(revision), by, at });
  return [
    ...words.map(([name, word]) => ({ name, bytes: Buffer.from(word), unpackedBytes: 0 })),
    part('current', current),
    part('inventory', inventory),
    ...(lastGood ? [part('lastGood', lastGood)] : []),
  ];
}

function part(name: string, content: unknown): Part {
  const text = Buffer.from(JSON.stringify(content));
  return { name, bytes: gzipSync(text), unpackedBytes: text.length };
}

function fits(parts: readonly Part[]): boolean {
  return sizeOf(parts) <= MOST_BYTES && parts.every(({ unpackedBytes }) => unpackedBytes <= MOST_UNPACKED_BYTES);
}

function sizeOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

function withoutOldest(releases: readonly Release[]): readonly Release[] {
  const oldest = releases.findLastIndex(({ objects }) => objects !== undefined);
  return releases.map(({ objects, ...release }, index) => (objects && index !== oldest ? { ...release, objects } : release));
}

function tooLarge(service: string, bytes: number): SvcError {
  const size = `${(bytes / MOST_BYTES).toFixed(1)} MiB`;
  return new SvcError(
    'workload/invalid',
    `The objects of ${service} are too large: to be able to go back, svc keeps this version and the one before, which are ${size} compressed; a Secret holds 1 MiB`,
    { hint: 'Put large files into the image or onto a volume instead of a ConfigMap' },
  );
}
