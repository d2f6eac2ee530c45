import type { FileChange } from '../plan-upgrade.ts';
import type { NewAnswers } from '../release.ts';
import type { Sourced } from './answers.ts';

/** What a user asks of `svc adopt`. */
export interface AdoptOrder {
  /** The folder of the service, as seen from the command's folder. */
  readonly path: string;
  readonly template: string | undefined;
  readonly set: NewAnswers;
  readonly takeOwned: boolean;
  readonly dryRun: boolean;
  readonly yes: boolean;
  /** The plan as the question before writing shows it. */
  summary(adoption: Adoption): string;
}

export interface Adoption {
  /** `planned` changed nothing; `conflict` waits for `svc upgrade --continue` or `--abort`. */
  readonly state: 'planned' | 'adopted' | 'conflict';
  readonly name: string;
  /** Absolute path of the service. */
  readonly folder: string;
  /** Absolute path that the paths of files are relative to. */
  readonly root: string;
  /** `reason`: why this template, as the end of a sentence. */
  readonly template: { readonly name: string; readonly version: string; readonly reason: string };
  readonly answers: readonly Sourced[];
  readonly files: readonly FileChange[];
  /** Sentences on what the user should know or do. */
  readonly notes: readonly string[];
  /** Whether all of this was shown to the user before it was written. */
  readonly confirmed: boolean;
}
