import type { KubernetesObject } from '../render/object.ts';
import { namesOf } from './inventory.ts';
import type { Outcome } from './machine.ts';
import { imagesIn } from './pod-images.ts';
import type { Record, Release } from './record.ts';

/** Releases that are remembered, and how many of them with their objects: fewer where they are large. */
const MOST_RELEASES = 20;
const MOST_WITH_OBJECTS = 5;

/** What a new deploy begins with: what it will apply, and all that earlier ones left, however they ended. */
export function opened(before: Record | undefined, objects: readonly KubernetesObject[], { by, at }: Pick<Record, 'by' | 'at'>): Record {
  const interrupted: readonly Release[] = before?.phase === 'pending' ? [{ ...headOf(before), outcome: 'interrupted' }] : [];
  return {
    phase: 'pending',
    revision: (before?.revision ?? 0) + 1,
    by,
    at,
    current: objects,
    lastGood: lastGoodOf(before),
    inventory: namesOf([...(before?.inventory ?? []), ...objects]),
    releases: trimmed([...interrupted, ...(before?.releases ?? [])]),
  };
}

/** The record of a deploy that is over; what could not be taken away stays in its inventory, for the next one. */
export function closed(record: Record, outcome: Outcome, endedAt?: Date): Record {
  const { at, current, lastGood } = record;
  const release = { ...headOf(record), ...(endedAt && { tookMs: endedAt.getTime() - Date.parse(at) }) };
  if (outcome.is === 'deployed') {
    const releases = trimmed([{ ...release, outcome: 'deployed', objects: current }, ...record.releases]);
    const inventory = outcome.note === undefined ? namesOf(current) : record.inventory;
    return { ...record, phase: 'deployed', lastGood: undefined, inventory, releases };
  }
  const phase = outcome.restored ? 'restored' : 'failed';
  const releases = trimmed([{ ...release, outcome: phase, reason: outcome.why }, ...record.releases]);
  if (!outcome.restored || !lastGood) return { ...record, phase, releases };
  return { ...record, phase, current: lastGood, inventory: namesOf(lastGood), releases };
}

function headOf({ revision, by, at, current }: Record): Pick<Release, 'revision' | 'by' | 'at' | 'images'> {
  return { revision, by, at, images: imagesIn(current) };
}

/** What served last: a deploy that was killed left it beside what it was applying. */
export function lastGoodOf(record: Record | undefined): readonly KubernetesObject[] | undefined {
  if (!record) return undefined;
  return record.phase === 'deployed' || record.phase === 'restored' ? record.current : record.lastGood;
}

function trimmed(releases: readonly Release[]): readonly Release[] {
  const kept = new Set(
    releases
      .filter(({ objects }) => objects)
      .slice(0, MOST_WITH_OBJECTS)
      .map(({ revision }) => revision),
  );
  return releases
    .slice(0, MOST_RELEASES)
    .map(({ objects, ...release }) => (objects && kept.has(release.revision) ? { ...release, objects } : release));
}
