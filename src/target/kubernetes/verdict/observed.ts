/** The parts of Kubernetes objects that a verdict reads, as the API server writes them; times are RFC 3339. */
export interface Metadata {
  readonly name: string;
  readonly uid: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  /** It is told to end. */
  readonly deletionTimestamp?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly { readonly uid: string; readonly controller?: boolean }[];
}

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

export interface Deployment {
  readonly metadata: Metadata;
  readonly spec: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly conditions?: readonly Condition[];
  };
}

export interface ReplicaSet {
  readonly metadata: Metadata;
  readonly status?: { readonly replicas?: number; readonly conditions?: readonly Condition[] };
}

export interface Job {
  readonly metadata: Metadata;
  readonly status?: { readonly succeeded?: number; readonly failed?: number; readonly conditions?: readonly Condition[] };
}

export interface Pod {
  readonly metadata: Metadata;
  readonly spec: { readonly containers: readonly ContainerSpec[]; readonly initContainers?: readonly ContainerSpec[] };
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

export interface ContainerSpec {
  readonly name: string;
  readonly startupProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly resources?: { readonly limits?: Readonly<Record<string, string>> };
}

export interface Probe {
  readonly initialDelaySeconds?: number;
  readonly periodSeconds?: number;
  readonly failureThreshold?: number;
}

export interface ContainerStatus {
  readonly name: string;
  readonly image: string;
  readonly ready: boolean;
  readonly restartCount: number;
  /** Of the run that goes on, else of the last one. */
  readonly containerID?: string;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

export interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: { readonly startedAt?: string };
  readonly terminated?: {
    readonly reason?: string;
    readonly message?: string;
    readonly exitCode: number;
    readonly signal?: number;
    readonly containerID?: string;
  };
}

/** Of `events.k8s.io` or the older kind: both have these. */
export interface Event {
  readonly involvedObject: { readonly uid?: string; readonly kind?: string; readonly name?: string };
  readonly reason?: string;
  readonly message?: string;
  readonly type?: string;
  readonly count?: number;
  readonly lastTimestamp?: string;
  readonly eventTime?: string;
}

/** All that belongs to the roll-out of one workload at one moment. */
export interface Observation {
  readonly now: Date;
  readonly workload: { readonly kind: 'Deployment'; readonly object: Deployment } | { readonly kind: 'Job'; readonly object: Job };
  readonly replicaSets: readonly ReplicaSet[];
  readonly pods: readonly Pod[];
  readonly events: readonly Event[];
  /** The last line that each running pod of a Job has written, by the pod's name. */
  readonly lastLines?: LastLines;
}

export type LastLines = Readonly<{ [pod: string]: string }>;

/** Restarts that are forgiven for each pod: the first start of a service may lose a race against its database. */
export interface Tolerance {
  readonly restarts: number;
}
