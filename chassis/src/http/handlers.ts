/** An answer of a handler. */
export interface Answer<Status extends number = number, Body = unknown> {
  readonly status: Status;
  readonly body: Body;
  readonly headers?: Readonly<Record<string, string>>;
}

type AnswerHeaders = Readonly<Record<string, string>>;

export function ok<Body>(body: Body, headers?: AnswerHeaders): Answer<200, Body> {
  return answer(200, body, headers);
}

export function created<Body>(body: Body, headers?: AnswerHeaders): Answer<201, Body> {
  return answer(201, body, headers);
}

export function accepted<Body>(body: Body, headers?: AnswerHeaders): Answer<202, Body> {
  return answer(202, body, headers);
}

export function noContent(headers?: AnswerHeaders): Answer<204, undefined> {
  return answer(204, undefined, headers);
}

/** Any other answer that the contract names. */
export function answer<Status extends number, Body>(status: Status, body: Body, headers?: AnswerHeaders): Answer<Status, Body> {
  return headers ? { status, body, headers } : { status, body };
}

/** What a handler is given, whatever the operation. */
export interface RequestContext {
  /** The `operationId` of the contract. */
  readonly operation: string;
  readonly requestId: string;
  /** Ends when the caller stops waiting: pass it to whatever takes a signal. */
  readonly signal: AbortSignal;
}

/** A handler as the server calls it; `Handlers` gives each one its true types. */
export type Handler = (request: never) => Answer | Promise<Answer>;
export type HandlerTable = Readonly<Record<string, Handler>>;

/** One handler for each operation, typed by the `operations` that openapi-typescript makes from the contract. */
export type Handlers<Operations> = {
  readonly [Id in keyof Operations]: (
    request: HandlerRequest<Operations[Id]>,
  ) => AnswerOf<Operations[Id]> | Promise<AnswerOf<Operations[Id]>>;
};

/** What the handler of an operation takes. */
export type HandlerRequest<Operation> = RequestContext & {
  readonly params: ParametersOf<Operation, 'path'>;
  readonly query: ParametersOf<Operation, 'query'>;
  /** By the names of the contract, in its own letter case. */
  readonly headers: ParametersOf<Operation, 'header'>;
  readonly body: BodyOf<Operation>;
};

type NoParameters = Readonly<Record<never, never>>;

type ParametersOf<Operation, Place extends string> = Operation extends { parameters: infer P }
  ? P extends { [K in Place]?: infer Values }
    ? [NonNullable<Values>] extends [never]
      ? NoParameters
      : NonNullable<Values>
    : NoParameters
  : NoParameters;

type BodyOf<Operation> = Operation extends { requestBody: { content: infer Content } }
  ? Content[keyof Content]
  : Operation extends { requestBody?: { content: infer Content } }
    ? Content[keyof Content] | undefined
    : undefined;

/** The answers that the contract names by number, with the body of each. */
export type AnswerOf<Operation> = Operation extends { responses: infer Responses }
  ? { [Status in keyof Responses & number]: Answer<Status, ContentOf<Responses[Status]>> }[keyof Responses & number]
  : never;

type ContentOf<Response> = Response extends { content: infer Content }
  ? [NonNullable<Content>] extends [never]
    ? undefined
    : Content[keyof Content]
  : undefined;
