import type { Workload } from '../../../workload/workload.ts';
import type { ClusterEnvironment } from '../../../workspace/environment.ts';
import type { MigrationFile } from '../migrations/steps.ts';

/** Everything that the objects of one service are made of: read once, then only computed with. */
export interface Scene {
  readonly service: Facts;
  /** With the environment's overlay put over it. */
  readonly workload: Workload;
  /** File and line of the value at this path of the Score file. */
  where(path: readonly (string | number)[]): string;
  readonly environment: ClusterEnvironment;
  /** What each container runs, by the container's name. */
  readonly images: Readonly<Record<string, string>>;
  /** The other services of the workspace, by name: who is called, and who calls. */
  readonly neighbours: ReadonlyMap<string, Workload>;
  /** What `source` of each file of the Score file holds, by that path. */
  readonly sources: ReadonlyMap<string, Uint8Array>;
  readonly observability: Observability;
  /** What a migration would bring. */
  readonly migrations: readonly MigrationFile[];
}

/** What is known of a service beside its workload. */
export interface Facts {
  readonly name: string;
  readonly version: string | undefined;
  readonly owner: string | undefined;
  readonly system: string | undefined;
  /** `http-service@1.0.0`. */
  readonly template: string | undefined;
}

/** What the service's own folder `observability/` holds. */
export interface Observability {
  /** Groups of Prometheus rules, in the order of files and of groups within them. */
  readonly rules: readonly unknown[];
  readonly dashboards: readonly { readonly file: string; readonly text: string }[];
}
