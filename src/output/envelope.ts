import { SvcError } from '../errors.ts';

/** What stdout carries under `--json`: the shape of `data` is versioned by `apiVersion`, apart from internal types. */
export function success(data: unknown): string {
  return `${JSON.stringify({ apiVersion: 'svc/v1', ok: true, data })}\n`;
}

export function failure(error: unknown): string {
  const known = error instanceof SvcError;
  const body = known
    ? { code: error.code, message: error.message, hint: error.hint }
    : { code: 'bug', message: error instanceof Error ? error.message : String(error), hint: 'This is a bug in svckit: please report it' };
  return `${JSON.stringify({ apiVersion: 'svc/v1', ok: false, error: body })}\n`;
}
