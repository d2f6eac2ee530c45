import type { Tracer } from '@opentelemetry/api';
import type { ConfigOf, Fields } from '../config/fields.ts';
import type { Logger } from '../logs/logs.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Worker } from './worker.ts';

/** Something that a service cannot work without: a database, a client of another service. It holds no state until it is started. */
export interface Need<T, F extends Fields = Fields> {
  /** The environment variables that it reads. */
  readonly fields: F;
  /** @throws NotReachable to be started again in a moment; any other error ends the start of the service */
  start(context: NeedContext<ConfigOf<F>>): Promise<Started<T>>;
}

export interface NeedContext<Config> extends Tools {
  /** The key under which the service names it. */
  readonly name: string;
  readonly config: Config;
  /** Ends when the service gives up its start or stops. */
  readonly signal: AbortSignal;
  /**
   * The value of another need of the same service, once that has started.
   * @throws Error where the service does not name it among its needs
   */
  use<T>(need: Need<T>): Promise<T>;
}

/** What a need or a handler may use of the chassis. */
export interface Tools {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
}

export interface Started<T> {
  /** What handlers get. */
  readonly value: T;
  /** Rejects where it cannot work now. Asked for `/health/ready`, for at most a second; left out by what must not stop traffic. */
  ready?(): Promise<void>;
  /** Called after the last request. */
  stop?(): Promise<void>;
  /** What it does beside, while the service serves. */
  readonly workers?: readonly Worker[];
}

export type Needs = Readonly<Record<string, Need<unknown>>>;

/** What the needs of a service become once they are started. */
export type ValuesOf<N extends Needs> = {
  readonly [K in keyof N]: N[K] extends Need<infer T, never> ? T : N[K] extends Need<infer T> ? T : never;
};
