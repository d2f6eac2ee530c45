import type { Lock } from '../template/lock.ts';
import type { Workload } from '../workload/workload.ts';

/** A folder tree as svckit sees it. Read once at the start of a command, then passed on. */
export interface Workspace {
  /** Absolute path of the folder with `svc.yaml`; of the service or the searched folder where there is none. */
  readonly root: string;
  readonly kind: 'workspace' | 'service' | 'folder';
  /** By name. */
  readonly services: readonly Service[];
}

export interface Service {
  readonly name: string;
  /** Absolute path. */
  readonly folder: string;
  /** Short owner name as the catalog entry says, `team-a` for `group:default/team-a`. */
  readonly owner: string | undefined;
  readonly system: string | undefined;
  readonly version: string | undefined;
  readonly workload: Workload | undefined;
  readonly lock: Lock | undefined;
  /** Why a file of this service could not be read; the rest is still there. */
  readonly problems: readonly Problem[];
}

export interface Problem {
  /** Relative to the workspace's root, with a line where one is known: `orders/score.yaml:7`. */
  readonly where: string;
  readonly message: string;
  readonly hint: string;
}
