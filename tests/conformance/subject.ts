/** A service to be checked: how to start it, and where to poke it. Nothing here knows in what language it is written. */
export interface Subject {
  /** The program and its arguments, as a container would start it: no shell. */
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  /** Builds it, makes its database, and says what it needs to be told beside what the suite tells it. */
  prepare(): Promise<{ readonly env: Readonly<Record<string, string>>; stop(): Promise<void> }>;
  readonly service: string;
  readonly version: string;
  /** A GET operation without parameters that answers 200. */
  readonly get: string;
  /** A GET operation with one path parameter. */
  readonly template: { readonly route: string; readonly path: string };
  /** A POST operation with a JSON body. */
  readonly post: { readonly path: string; readonly valid: object; readonly invalid: object };
  /** A variable without which it does not start. */
  readonly required: string;
  /** A service that it calls: `path` is a GET operation that makes the call `asks` (as in `GET /things/1`) and fails with it. */
  readonly peer?: { readonly variable: string; readonly name: string; readonly path: string; readonly asks: string };
  /** The variable of its database, and a GET operation that asks it. */
  readonly database?: { readonly variable: string; readonly path: string };
  /** How long it may take to start, in milliseconds; default 15000. */
  readonly startPatienceMs?: number;
}
