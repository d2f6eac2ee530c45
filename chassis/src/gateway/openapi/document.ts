export type Members = Readonly<Record<string, unknown>>;

/** What is read of an OpenAPI document. */
export interface ApiDocument {
  readonly openapi: string;
  readonly info?: Members;
  readonly paths?: Readonly<Record<string, Members>>;
  readonly components?: Readonly<Record<string, Members>>;
  readonly tags?: readonly unknown[];
}
