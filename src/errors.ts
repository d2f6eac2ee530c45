/** Exit codes of every command: the same meaning everywhere, so that scripts can tell a user's mistake from a missing tool. */
export const EXIT = { ok: 0, failed: 1, usage: 2, environment: 3, conflict: 4, bug: 70, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const EXIT_BY_CODE = {
  'input/invalid': EXIT.usage,
  'input/not-interactive': EXIT.usage,
  'input/cancelled': EXIT.interrupted,
  'file/unreadable': EXIT.environment,
  'file/unwritable': EXIT.environment,
  'file/disk-full': EXIT.environment,
  'tool/missing': EXIT.environment,
  'tool/failed': EXIT.failed,
  'template/not-found': EXIT.usage,
  'template/invalid': EXIT.failed,
  'template/changed': EXIT.failed,
  'template/unavailable': EXIT.environment,
  'template/answers-invalid': EXIT.usage,
  'plan/unsafe-path': EXIT.failed,
  'plan/conflict': EXIT.conflict,
  'plan/busy': EXIT.conflict,
  'catalog/invalid': EXIT.failed,
  'workload/invalid': EXIT.failed,
  'workspace/invalid': EXIT.failed,
  'workspace/no-service': EXIT.usage,
  'image/not-built': EXIT.failed,
  'image/not-pushed': EXIT.failed,
  'local/unavailable': EXIT.environment,
  'local/busy': EXIT.conflict,
  'local/failed': EXIT.failed,
  'cluster/not-configured': EXIT.usage,
  'cluster/unreachable': EXIT.environment,
  'cluster/unauthorized': EXIT.environment,
  'cluster/forbidden': EXIT.environment,
  'cluster/refused': EXIT.failed,
  'forge/denied': EXIT.environment,
  'forge/unavailable': EXIT.environment,
  'forge/busy': EXIT.failed,
  'forge/refused': EXIT.failed,
  'trace/not-found': EXIT.failed,
  'trace/invalid': EXIT.failed,
} as const satisfies Record<string, ExitCode>;

export type ErrorCode = keyof typeof EXIT_BY_CODE;

/** A failure that we foresaw. The hint is the user's next step; anything that is not a SvcError is a bug. */
export class SvcError extends Error {
  override readonly name = 'SvcError';
  readonly code: ErrorCode;
  readonly hint: string;

  constructor(code: ErrorCode, message: string, options: { readonly hint: string; readonly cause?: unknown }) {
    super(message, { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }

  get exitCode(): ExitCode {
    return EXIT_BY_CODE[this.code];
  }
}
