/** What a Score file says, with svckit's annotations read: all that a target needs to build, start and probe a service. */
export interface Workload {
  readonly name: string;
  /** How it is built, run and watched outside a container: argument vectors and paths relative to the service's folder. */
  readonly build: readonly string[] | undefined;
  readonly run: readonly string[] | undefined;
  /** Files and folders whose change means: build again. */
  readonly watch: readonly string[];
  readonly containers: readonly Container[];
  readonly ports: readonly Port[];
  /** In the order of the file. */
  readonly resources: readonly Resource[];
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[] | undefined;
  readonly args: readonly string[] | undefined;
  /** Values may hold `${resources.<name>.<output>}` and `${metadata.name}`: a target resolves them with `interpolate`. */
  readonly variables: Readonly<Record<string, string>>;
  readonly livenessProbe: HttpProbe | undefined;
  readonly readinessProbe: HttpProbe | undefined;
  readonly requests: Quantities | undefined;
  readonly limits: Quantities | undefined;
}

export interface HttpProbe {
  readonly path: string;
  readonly port: number;
}

export interface Quantities {
  readonly cpu?: string;
  readonly memory?: string;
}

export interface Port {
  readonly name: string;
  readonly port: number;
  readonly targetPort: number;
}

export interface Resource {
  readonly name: string;
  /** `postgres`, `redis`, `kafka`, `opensearch`, `service`, or a type of the platform team's. */
  readonly type: string;
  readonly id: string | undefined;
  readonly params: Readonly<Record<string, unknown>>;
}
