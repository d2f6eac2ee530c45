/** What a Score file says, with svckit's annotations read: all that a target needs to build, start and probe a service. */
export interface Workload {
  readonly name: string;
  readonly kind: WorkloadKind;
  /** When a `cron` runs, in cron's own five fields. */
  readonly schedule: string | undefined;
  /** How it is built, run and watched outside a container: argument vectors and paths relative to the service's folder. */
  readonly build: readonly string[] | undefined;
  readonly run: readonly string[] | undefined;
  /** Files and folders whose change means: build again. */
  readonly watch: readonly string[];
  /** What brings its database up to date, in its own image, before a new version is rolled out. */
  readonly migrate: readonly string[] | undefined;
  /** In the order of the file; the first is the service itself. */
  readonly containers: readonly Container[];
  readonly ports: readonly Port[];
  /** In the order of the file. */
  readonly resources: readonly Resource[];
}

/** A `service` goes on, a `job` ends by itself, a `cron` is a job that comes back. */
export type WorkloadKind = 'service' | 'job' | 'cron';

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[] | undefined;
  readonly args: readonly string[] | undefined;
  /** Values may hold `${resources.<name>.<output>}` and `${metadata.name}`: a target resolves them with `interpolate`. */
  readonly variables: Readonly<Record<string, string>>;
  readonly files: readonly MountedFile[];
  readonly volumes: readonly MountedVolume[];
  /** How far other containers must have come before this one starts. */
  readonly before: Readonly<Record<string, 'started' | 'healthy' | 'complete'>>;
  readonly livenessProbe: Probe | undefined;
  readonly readinessProbe: Probe | undefined;
  readonly requests: Quantities | undefined;
  readonly limits: Quantities | undefined;
}

/** A file to lay into the container. One of `source` (a path beside the Score file), `content` and `binaryContent` (base64) is there. */
export interface MountedFile {
  /** Absolute path in the container. */
  readonly target: string;
  /** Octal, as `0600`. */
  readonly mode: string | undefined;
  readonly source: string | undefined;
  readonly content: string | undefined;
  readonly binaryContent: string | undefined;
  /** Placeholders in it are text like any other. */
  readonly noExpand: boolean;
}

export interface MountedVolume {
  /** Absolute path in the container. */
  readonly target: string;
  /** A placeholder that names a resource: `${resources.data}`. */
  readonly source: string;
  readonly path: string | undefined;
  readonly readOnly: boolean;
}

export interface Probe {
  readonly httpGet: HttpProbe | undefined;
  readonly exec: readonly string[] | undefined;
}

export interface HttpProbe {
  readonly path: string;
  readonly port: number;
  /** The value of the Host header. */
  readonly host: string | undefined;
  readonly scheme: 'HTTP' | 'HTTPS' | undefined;
  readonly httpHeaders: readonly { readonly name: string; readonly value: string }[];
}

export interface Quantities {
  readonly cpu?: string;
  readonly memory?: string;
}

export interface Port {
  readonly name: string;
  readonly port: number;
  readonly targetPort: number;
  readonly protocol: 'TCP' | 'UDP';
}

export interface Resource {
  readonly name: string;
  /** `postgres`, `redis`, `kafka`, `opensearch`, `service`, or a type of the platform team's. */
  readonly type: string;
  readonly id: string | undefined;
  readonly params: Readonly<Record<string, unknown>>;
}
