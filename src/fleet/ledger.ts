import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { createFolders, replaceFile } from '../plan/write-file.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Change, FleetState } from './change.ts';

const entry = v.object({
  id: v.string(),
  /** As `FleetState`; `made` is a commit that nobody else has seen yet. */
  state: v.string(),
  /** Of the upgrade, and the commit that it started from. */
  digest: v.string(),
  base: v.string(),
  branch: v.string(),
  commit: v.optional(v.string()),
  reason: v.optional(v.string()),
  hint: v.optional(v.string()),
  at: v.string(),
});

/** What svc remembers of a change from run to run: never a token, never an address with one. */
export type LedgerEntry = Omit<v.InferOutput<typeof entry>, 'state'> & { readonly state: FleetState | 'made' };

/** The entry of a change; undefined where there is none, or it cannot be read: what matters is found again by looking. */
export async function recall({ id }: Pick<Change, 'id'>, { fs, paths }: Runtime): Promise<LedgerEntry | undefined> {
  const text = await fs.readText(fileOf(id, paths.state));
  if (text === undefined) return undefined;
  try {
    const result = v.safeParse(entry, JSON.parse(text));
    return result.success && result.output.id === id ? (result.output as LedgerEntry) : undefined;
  } catch {
    return undefined;
  }
}

/** Writes the entry in one step: a kill leaves the old one or the new one. */
export async function remember(entry: Omit<LedgerEntry, 'at'>, { fs, paths, token, now }: Runtime): Promise<void> {
  const path = fileOf(entry.id, paths.state);
  await createFolders(fs, dirname(path));
  const content = JSON.stringify({ ...entry, at: now().toISOString() });
  await replaceFile(fs, { path, temporary: `${path}.${token(8)}` }, { content, private: true });
}

function fileOf(id: string, state: string): string {
  return join(state, 'fleet', `${createHash('sha256').update(id).digest('hex').slice(0, 24)}.json`);
}
