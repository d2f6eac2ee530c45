import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import type { Runtime } from '../../runtime/runtime.ts';
import type { Workspace } from '../../workspace/workspace.ts';

/** A workspace is told from another by its whole path, and recognised by the last part of it. */
export function stateFolder({ paths }: Pick<Runtime, 'paths'>, { root }: Pick<Workspace, 'root'>): string {
  const name = basename(root)
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .slice(0, 40);
  const key = createHash('sha256').update(root).digest('hex').slice(0, 12);
  return join(paths.state, `${name}-${key}`);
}
