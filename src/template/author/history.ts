import { join } from 'node:path';
import * as v from 'valibot';
import { decode } from '../../document/decode.ts';
import { parseOneYaml } from '../../document/yaml.ts';
import type { Change } from '../../plan/plan.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { carryOut } from '../../state/carry-out.ts';
import type { CheckedFiles } from '../files.ts';
import { VERSIONS_FILE, type Versions, versionFaults, withVersion } from '../versions.ts';

/** As far as a later version is compared with it. */
const versionsShape = v.record(
  v.string(),
  v.object({
    digest: v.string(),
    inputs: v.array(v.looseObject({ name: v.string(), type: v.string(), required: v.boolean(), enum: v.optional(v.array(v.string())) })),
  }),
);

/** The recorded versions of a template as they lie in its folder. */
export interface History {
  /** The file as it is; undefined where there is none. */
  readonly text: string | undefined;
  readonly versions: Versions;
}

/** @throws SvcError template/invalid with file, line and reason */
export async function readHistory(folder: string, { fs }: Runtime): Promise<History> {
  const text = await fs.readText(join(folder, VERSIONS_FILE));
  if (text === undefined) return { text, versions: {} };
  const source = { text, file: VERSIONS_FILE, code: 'template/invalid' } as const;
  const document = parseOneYaml(source);
  decode(document, versionsShape, source);
  // As it was written: what the shape does not know is compared and kept too.
  return { text, versions: document.value as Versions };
}

/** A version that is in the record and is not the same any more is recorded anew only where that is asked for. */
export type Recording = 'no' | 'new' | 'anew';

/** What the record should say once the current version is in it, and what speaks against that. */
export function recordOf({ versions }: History, current: CheckedFiles, recording: Recording) {
  const known = versions[current.manifest.version];
  const isChanged = known !== undefined && known.digest !== current.digest;
  if (recording === 'no' || (isChanged && recording === 'new')) return { versions, faults: versionFaults(versions, current) };
  const updated = withVersion(versions, current);
  return { versions: updated, faults: versionFaults(updated, current) };
}

/** Writes `versions.json`, where it says something else. Returns whether it was written. */
export async function writeHistory(folder: string, { text, versions }: History, runtime: Runtime): Promise<boolean> {
  const content = `${JSON.stringify(versions, undefined, 2)}\n`;
  if (content === text) return false;
  const change: Change =
    text === undefined
      ? { kind: 'create', path: VERSIONS_FILE, content }
      : { kind: 'replace', path: VERSIONS_FILE, content, expected: text };
  await carryOut({ root: folder, changes: [change] }, runtime);
  return true;
}
