import { join } from 'node:path';
import { createFolders } from '../../../plan/write-file.ts';
import type { Runtime } from '../../../runtime/runtime.ts';
import type { ServiceOutcome } from './deploy.ts';

/** Keeps what the cluster showed of each failure in the user's state folder; resolves with the file of each service. */
export async function saveEvidence(
  environment: string,
  outcomes: readonly ServiceOutcome[],
  { fs, paths, now }: Runtime,
): Promise<Readonly<Record<string, string>>> {
  const folder = join(paths.state, 'deploys', environment);
  const time = now().toISOString().replace(/[:.]/g, '-');
  const saved: Record<string, string> = {};
  for (const each of outcomes) {
    if (!('evidence' in each) || !each.evidence) continue;
    const file = join(folder, `${each.service}-${time}.json`);
    await createFolders(fs, folder);
    await fs.createFile(file, `${JSON.stringify({ service: each.service, ...each.outcome, ...each.evidence }, undefined, 2)}\n`, {
      private: true,
    });
    saved[each.service] = file;
  }
  return saved;
}
