export type EmbeddedPostgresErrorCode = 'unsupported-platform' | 'in-use' | 'port-taken' | 'cannot-start';

/** Why the embedded server could not be had. The message is written for the person who started it and says what to do. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
  readonly code: EmbeddedPostgresErrorCode;

  constructor(code: EmbeddedPostgresErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
