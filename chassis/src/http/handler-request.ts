import type { RequestContext } from './handlers.ts';

/** What a handler is given. */
export interface HandlerInput {
  readonly params: object;
  readonly query: object;
  readonly headers: object;
  readonly body: unknown;
}

/** A request as a handler sees it. Most handlers never ask for the signal, so it is made where one does: it is not cheap. */
export class HandlerRequest implements RequestContext, HandlerInput {
  readonly params: object;
  readonly query: object;
  readonly headers: object;
  readonly body: unknown;
  readonly operation: string;
  readonly requestId: string;
  #controller: AbortController | undefined;
  #over = false;

  constructor({ params, query, headers, body }: HandlerInput, { operation, requestId }: Pick<RequestContext, 'operation' | 'requestId'>) {
    this.params = params;
    this.query = query;
    this.headers = headers;
    this.body = body;
    this.operation = operation;
    this.requestId = requestId;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#over) this.#controller.abort();
    return this.#controller.signal;
  }

  /** Nobody waits for the answer any more. */
  abandon(): void {
    this.#over = true;
    this.#controller?.abort();
  }
}
