import type { Dispatcher } from 'undici';
import type { HeaderMap } from '../http/hygiene.ts';

type Controller = Dispatcher.DispatchController;

/** What is told of one attempt, in this order; `failed` ends it at any time. */
export interface AttemptEvents {
  /** Whether the body that follows is wanted. */
  answered(status: number, headers: HeaderMap): boolean;
  /** Whether more can be taken at once; else `resume` is called later. */
  data(chunk: Buffer): boolean;
  ended(): void;
  failed(error: Error): void;
}

/** One request to one address, as undici drives it. */
export class Attempt implements Dispatcher.DispatchHandler {
  /** Whether anything may have reached the backend. */
  sent = false;
  /** Whether its answer has begun. */
  begun = false;
  readonly #events: AttemptEvents;
  #controller: Controller | undefined;
  #aborted: Error | undefined;
  #wanted = true;

  constructor(events: AttemptEvents) {
    this.#events = events;
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#aborted) controller.abort(this.#aborted);
    else this.sent = true;
  }

  onResponseStart(_controller: Controller, status: number, headers: Record<string, string | string[] | undefined>): void {
    if (status < 200) return;
    this.begun = true;
    this.#wanted = this.#events.answered(status, headers as HeaderMap);
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    if (this.#wanted && !this.#events.data(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    if (this.#wanted) this.#events.ended();
  }

  onResponseError(_controller: Controller, error: Error): void {
    if (this.#wanted) this.#events.failed(error);
  }

  /** Nobody waits any more: the connection to the backend is given up. Nothing is told of it. */
  abort(reason: Error): void {
    this.#wanted = false;
    this.#aborted = reason;
    this.#controller?.abort(reason);
  }

  resume(): void {
    this.#controller?.resume();
  }
}
