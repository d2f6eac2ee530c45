/** How patient a deploy is. */
export interface DeployOptions {
  /** Restarts of a pod that are forgiven. */
  readonly restarts: number;
  /** How long a workload may take to be ready where nothing says that it never will be. */
  readonly patienceMs: number;
  /** The same on the way back. */
  readonly rollbackPatienceMs: number;
  /** Who holds a lease and is not heard of for this long is gone. */
  readonly leaseSeconds: number;
}

/** One restart, since a first start may lose a race against its database; and as long as Kubernetes itself waits for progress. */
export const DEFAULTS: DeployOptions = { restarts: 1, patienceMs: 600_000, rollbackPatienceMs: 120_000, leaseSeconds: 30 };
