import type { Complaint } from '../complaint.ts';

/** What an author is told about a template: an error is refused by `svc new` or breaks services later, a warning is likely a slip. */
export interface Finding extends Complaint {
  readonly severity: 'error' | 'warning';
}

export function warning(complaint: Complaint): Finding {
  return { ...complaint, severity: 'warning' };
}

export function error(complaint: Complaint): Finding {
  return { ...complaint, severity: 'error' };
}

export function isError({ severity }: Finding): boolean {
  return severity === 'error';
}
