import type { SourcedWorkload } from '../../workload/overlay.ts';
import type { Workload } from '../../workload/workload.ts';

/** Everything that the Compose services of one workload are made of. */
export interface ComposeScene extends SourcedWorkload {
  /** The image that was given; undefined where Compose builds it. */
  readonly image: string | undefined;
  /** From the root of the workspace. */
  readonly folder: string;
  /** Whether the Dockerfile expects to be built from the root of the workspace. */
  readonly builtFromRoot: boolean;
  readonly version: string | undefined;
  readonly environment: string;
  readonly neighbours: ReadonlyMap<string, Workload>;
  /** Files that containers take from the service's folder, by their path there. */
  readonly sources: ReadonlyMap<string, Uint8Array>;
}
