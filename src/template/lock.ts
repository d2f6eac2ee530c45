/** `.svc/lock.yaml`: which template made a service, in which version, from which answers. Committed with the service. */
export interface Lock {
  readonly template: {
    readonly name: string;
    readonly version: string;
    /** `sha256:…` over the template's files. */
    readonly digest: string;
    /** Where it came from: `bundled`, a folder's path, a git URL with its ref, an npm package. */
    readonly source: string;
  };
  /** Never holds a secret input. */
  readonly answers: Readonly<Record<string, unknown>>;
}
