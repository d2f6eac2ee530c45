/** One attempt to place an order, as the client saw it. */
export interface Attempt {
  /** The Idempotency-Key. */
  readonly key: string;
  readonly userId: string;
  /** Undefined where no answer came: nobody knows then whether there is an order. */
  readonly answer: Answer | undefined;
}

export interface Answer {
  readonly status: number;
  /** Without what differs from request to request by design: the request id. */
  readonly body: unknown;
  /** Where the answer names one. */
  readonly orderId: string | undefined;
}
