/** What a caller may be told of a technical failure; everything else about it stays in the log. */
export interface PublicAnswer {
  readonly status: 502 | 503 | 504;
  readonly detail: string;
}

/** A technical failure of something that the service leans on. Handlers need not catch it: it becomes its answer. */
export class Failure extends Error {
  override readonly name: string = 'Failure';
  readonly answer: PublicAnswer;

  constructor(message: string, answer: PublicAnswer, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.answer = answer;
  }
}

/** Thrown by a need that cannot start yet because what it leans on does not answer: it is tried again. */
export class NotReachable extends Error {
  override readonly name = 'NotReachable';
}
