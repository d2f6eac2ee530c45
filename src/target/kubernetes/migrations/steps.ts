import { createHash } from 'node:crypto';
import type { KubernetesObject } from '../render/object.ts';
import { notExpandOnly } from './expand-only.ts';

/** Where a migration says which files it brings: with the objects of a release, so that every later deploy knows them. */
const ANNOTATION = 'svckit.dev/migrations';

/** A file of a service's folder `migrations/`. */
export interface MigrationFile {
  readonly file: string;
  readonly text: string;
}

/** A migration after which the version before may not work any more. */
export interface OneWayStep {
  readonly file: string;
  /** `takes away users.email` */
  readonly does: readonly string[];
}

/** By file. `does` where it is not expand-only. */
type Noted = Readonly<{ [file: string]: { readonly digest: string; readonly does?: readonly string[] } }>;

/** The annotation of a migration that brings these files; none where there are none. */
export function noteOn(files: readonly MigrationFile[]): Readonly<{ [name: string]: string }> {
  if (files.length === 0) return {};
  const entries = files.map(({ file, text }) => {
    const sql = text.replaceAll('\r\n', '\n');
    const does = notExpandOnly(sql);
    const digest = createHash('sha256').update(sql).digest('hex').slice(0, 12);
    return [file, { digest, ...(does.length > 0 && { does }) }] as const;
  });
  return { [ANNOTATION]: JSON.stringify(Object.fromEntries(entries)) };
}

/**
 * The migrations that would run and leave no way back to what served last. Where nothing served yet there is nothing to go back to;
 * where it is not known what it brought, every file counts as new.
 */
export function oneWaySteps(
  objects: readonly KubernetesObject[],
  lastGood: readonly KubernetesObject[] | undefined,
): readonly OneWayStep[] {
  if (!lastGood) return [];
  const known = notedIn(lastGood);
  return Object.entries(notedIn(objects)).flatMap(([file, { digest, does }]) =>
    does === undefined || known[file]?.digest === digest ? [] : [{ file, does }],
  );
}

function notedIn(objects: readonly KubernetesObject[]): Noted {
  const notes = objects.flatMap(({ metadata: { annotations } }) => annotations?.[ANNOTATION] ?? []);
  return Object.assign({}, ...notes.map(parsed)) as Noted;
}

function parsed(note: string): object {
  try {
    return JSON.parse(note) as object;
  } catch {
    // Only a patch of the user's own can have written this.
    return {};
  }
}
