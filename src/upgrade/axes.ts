import { dirname, join } from 'node:path';
import { SvcError } from '../errors.ts';
import { inLanes } from '../plan/lanes.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { LOCK_PATH, type Lock } from '../template/lock.ts';
import { parseRecorded } from '../template/sources/name.ts';
import { newShelf, type Shelf } from '../template/sources/shelf.ts';
import type { Service, Workspace } from '../workspace/workspace.ts';
import { isDrift } from './drift.ts';
import { offeredTemplate } from './offer.ts';
import { standingOf } from './standing.ts';

/** Where a service stands against its template, as far as it was asked for. */
export interface Axes {
  /** The version that its template has now; absent where that was not asked for, or is not known. */
  readonly offered?: string;
  readonly behind?: boolean;
  /** Files of the template's own that were changed, from the root of the repository; absent where that was not asked for. */
  readonly drifted?: readonly string[];
  /** Why something that was asked for is not known. */
  readonly problem?: SvcError;
}

export interface Asked {
  /** Whether the newest version is wanted from sources that are not on this machine too. */
  readonly behind: boolean;
  /** Whether files are to be compared. */
  readonly drifted: boolean;
}

/**
 * Both axes of the services of a workspace, by folder; each template is read once. Without being asked for more, only templates that
 * are on this machine are looked at, and of those only the version.
 */
export async function axesOf(workspace: Workspace, asked: Asked, runtime: Runtime): Promise<ReadonlyMap<string, Axes>> {
  const shelf = newShelf();
  const made = workspace.services.flatMap((service) => (service.lock ? [{ service, lock: service.lock }] : []));
  const axes = await inLanes(made, async ({ service, lock }) => {
    return [service.folder, await axesOfOne({ service, lock, workspace, shelf }, asked, runtime)] as const;
  });
  return new Map(axes);
}

interface One {
  readonly service: Service;
  readonly lock: Lock;
  readonly workspace: Workspace;
  readonly shelf: Shelf;
}

async function axesOfOne({ service, lock, workspace, shelf }: One, asked: Asked, runtime: Runtime): Promise<Axes> {
  const { name, folder } = service;
  try {
    if (!asked.drifted) return isAtHand(lock, folder) || asked.behind ? await offered({ name, folder, lock }, shelf, runtime) : {};
    const root = await repositoryOf(folder, workspace, runtime);
    const standing = await standingOf({ folder, root }, shelf, runtime);
    const drifted = standing.drift.filter(isDrift).map(({ path }) => path);
    if (standing.offered instanceof SvcError) return { drifted, ...(asked.behind && { problem: standing.offered }) };
    return { drifted, offered: standing.offered, behind: standing.behind };
  } catch (error) {
    if (!(error instanceof SvcError)) throw error;
    return asked.behind || asked.drifted ? { problem: error } : {};
  }
}

async function offered(made: Parameters<typeof offeredTemplate>[0], shelf: Shelf, runtime: Runtime): Promise<Axes> {
  const { manifest, digest } = await offeredTemplate(made, { shelf }, runtime);
  return { offered: manifest.version, behind: digest !== made.lock.template.digest };
}

/** A git repository or a registry may be slow, or out of reach. */
function isAtHand({ template: { name, source } }: Lock, folder: string): boolean {
  const { kind } = parseRecorded({ name, source, file: join(folder, LOCK_PATH) });
  return kind === 'bundled' || kind === 'folder';
}

/** What the paths of a service's template start from, as when it was made. */
async function repositoryOf(folder: string, { kind, root }: Workspace, { fs }: Runtime): Promise<string> {
  for (let at = folder; ; at = dirname(at)) {
    if ((await fs.info(join(at, '.git'))) !== undefined) return at;
    if (at === dirname(at)) return kind === 'workspace' ? root : folder;
  }
}
