/** What the control API of the background process says: one shape for both sides. */

/** Where the background process answers, as it writes it to `address.json`. */
export interface Address {
  readonly url: string;
  /** Bearer token of every request. */
  readonly token: string;
  readonly pid: number;
  readonly startedAt: string;
}

/** How a service is doing. `failed`: nothing of it serves, and nothing will before the next deploy or edit. */
export type ServiceCondition = 'building' | 'starting' | 'ready' | 'restarting' | 'failed' | 'stopped';

export interface ServiceStatus {
  readonly name: string;
  readonly condition: ServiceCondition;
  /** The address that callers keep: it stays the same over deploys and restarts. */
  readonly url: string;
  /** Crashes since the version that serves was started. */
  readonly restarts: number;
  /** What happened last, for a person. */
  readonly message: string;
  /** Where a debugger connects, under `svc up --inspect`. */
  readonly inspect?: string;
  /** `deploy`: it stays until `svc down`; `up`: it ends with the `svc up` that started it. */
  readonly startedBy: 'deploy' | 'up';
}

export interface SystemStatus {
  readonly root: string;
  readonly pid: number;
  readonly database: 'running' | 'stopped';
  readonly session?: { readonly pid: number; readonly since: string };
  readonly services: readonly ServiceStatus[];
}

/** `start`: it does not run, its files are those of its last deploy. */
export type Change = 'new' | 'changed' | 'same' | 'start';

export interface PlannedChange {
  readonly service: string;
  readonly change: Change;
  /** Not asked for by name, but needed by one that was. */
  readonly neededBy?: string;
}

export interface Plan {
  readonly changes: readonly PlannedChange[];
  /** Each a chain of services that call each other in a circle: `orders, products, orders`. */
  readonly circles: readonly (readonly string[])[];
}

export interface DeployRequest {
  readonly services: readonly string[];
  /** The environment of the person's shell: services inherit it, and addresses set there by hand win. */
  readonly env: Readonly<Record<string, string>>;
}

export interface UpRequest extends DeployRequest {
  /** Process id of `svc up`. */
  readonly client: number;
  readonly inspect: readonly string[];
}

export interface DownRequest {
  readonly services: readonly string[];
  /** Databases, traces, logs and addresses go too; only where no service is named. */
  readonly forget: boolean;
}

export interface ServiceResult {
  readonly service: string;
  readonly change: Change;
  readonly ok: boolean;
  readonly url: string;
  readonly durationMs: number;
  /** Why it failed. */
  readonly reason?: string;
  /** It was neither served nor failed: a newer version took its place on the way. */
  readonly superseded?: true;
  /** The end of what the failed build or instance said. */
  readonly lastLines?: readonly string[];
  /** Whether an older version goes on serving after a failure. */
  readonly oldServes?: boolean;
}

/** What a deploy or `svc up` tells while it goes on. */
export type SystemEvent =
  | { readonly type: 'state'; readonly services: readonly ServiceStatus[] }
  | { readonly type: 'log'; readonly service: string; readonly line: string }
  /** Something a person should know that belongs to no service's log. */
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'result'; readonly result: ServiceResult }
  /** Everything asked for was tried. A deploy's stream ends here; that of `svc up` goes on. */
  | { readonly type: 'settled'; readonly results: readonly ServiceResult[] }
  | { readonly type: 'error'; readonly error: WireError };

export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

export interface LogLine {
  readonly service: string;
  readonly line: string;
}

/** Which services' dead letters: all where none is named. */
export type LettersRequest = DeployRequest;

export interface ReplayRequest extends LettersRequest {
  /** One letter, and with it all others of its key. */
  readonly id?: string;
}

/** An event that a service could not handle, or that waits behind one of the same key that it could not. */
export interface DeadLetter {
  readonly service: string;
  readonly id: string;
  readonly topic: string;
  /** Absent where what came was no event. */
  readonly type?: string;
  readonly key: string;
  readonly cause: string;
  /** How often it was tried; 0 where it only waits. */
  readonly attempts: number;
  /** ISO 8601. */
  readonly since: string;
  /** Whether it is asked for again. */
  readonly replaying: boolean;
}

/** Which services' sagas: all where none is named. */
export interface SagasRequest extends DeployRequest {
  /** Only those whose step should be over by now. */
  readonly stuck: boolean;
}

export interface MendRequest extends DeployRequest {
  readonly id: string;
  readonly how: 'retry' | 'compensate';
  /** Why it is turned back. */
  readonly reason: string;
}

/** A saga that has not ended. */
export interface OpenSaga {
  readonly service: string;
  /** Its kind. */
  readonly name: string;
  readonly id: string;
  readonly state: 'new' | 'going on' | 'undoing';
  /** The step in hand; absent before the first. */
  readonly step?: string;
  /** How often that was begun. */
  readonly attempts: number;
  /** The step should be over by now: it is tried on, but somebody should have a look. */
  readonly stuck: boolean;
  readonly lastError?: string;
  /** ISO 8601. */
  readonly since: string;
  /** When it is tried next, ISO 8601. */
  readonly next?: string;
}

export interface Replayed {
  readonly service: string;
  readonly letters: number;
}
