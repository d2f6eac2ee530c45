import type { Made } from '../upgrade/service.ts';
import type { Upgrade } from '../upgrade/upgrade.ts';
import type { CommitFiles } from './commit-files.ts';
import type { PullRequest } from './forge/forge.ts';

/** A service of the fleet, as the last commit of its repository has it. */
export interface FleetService {
  readonly name: string;
  /** Its folder from the root of its repository; empty where it is the root. */
  readonly prefix: string;
  readonly owner: string | undefined;
  readonly made: Made;
}

/** What is upgraded on one branch, and so proposed and merged together: services of one repository, made from one template. */
export interface Change {
  /** The same in every run. */
  readonly id: string;
  /** The repository as people know it: `shop/orders`, or a folder. */
  readonly repository: string;
  /** Part of the branch's name in a repository with several services: that of the service or of the owner. */
  readonly label: string | undefined;
  readonly template: string;
  readonly services: readonly FleetService[];
  /** The files that the upgrade starts from. */
  readonly files: CommitFiles;
}

/** What became of a service in a fleet upgrade. */
export type FleetState =
  /** Nothing to do. */
  | 'current'
  /** It was proposed, and is up to date now. */
  | 'merged'
  /** Its pull request waits. */
  | 'open'
  /** Somebody closed its pull request without merging it. */
  | 'closed'
  /** The upgrade is a commit on a branch of this machine's repository. */
  | 'committed'
  /** The upgrade is on a branch of the remote repository, and no forge is known that could propose it. */
  | 'pushed'
  /** It is behind, and this run did not come to it: another wave, or only looked at. */
  | 'behind'
  | 'conflict'
  | 'failed';

/** One service in the report of a fleet upgrade. */
export interface FleetRow {
  readonly name: string;
  readonly repository: string;
  /** From the root of the repository. */
  readonly folder: string;
  readonly owner: string | undefined;
  readonly template: { readonly name: string; readonly from: string; readonly to: string | undefined };
  readonly state: FleetState;
  readonly branch: string | undefined;
  readonly commit: string | undefined;
  readonly pullRequest: Pick<PullRequest, 'number' | 'url' | 'checks' | 'draft'> | undefined;
  /** Why it is in conflict, failed or closed. */
  readonly reason: string | undefined;
  /** What the user can do about it. */
  readonly hint: string | undefined;
  /** Files in conflict, from the root of the repository. */
  readonly conflicts: readonly string[];
}

/** The upgrade of one change, as data. */
export interface PlannedChange {
  readonly change: Change;
  /** Those that go onto the branch. */
  readonly upgrades: readonly PlannedService[];
  /** Those that do not: already up to date, in conflict, or not to be planned at all. */
  readonly left: readonly LeftService[];
  readonly version: string;
  /** Tells one upgrade from another on a branch of the same name: the template, the answers, what is delivered. */
  readonly digest: string;
  /** From the root of the repository: content, or undefined where the file goes. */
  readonly writes: ReadonlyMap<string, Written | undefined>;
}

export interface Written {
  readonly content: Uint8Array;
  readonly executable: boolean;
}

export interface PlannedService {
  readonly service: FleetService;
  readonly upgrade: Upgrade;
}

export type LeftService =
  | { readonly service: FleetService; readonly state: 'current'; readonly upgrade: Upgrade }
  | { readonly service: FleetService; readonly state: 'conflict'; readonly upgrade: Upgrade }
  | { readonly service: FleetService; readonly state: 'failed'; readonly reason: string; readonly hint: string };
