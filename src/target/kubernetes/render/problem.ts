import { SvcError } from '../../../errors.ts';

/** A complaint about what the Score file asks of the environment. `where` is file and line. */
export function unrenderable(where: string, message: string, hint: string): SvcError {
  return new SvcError('workload/invalid', `${where}: ${message}`, { hint });
}

/** A complaint about the environment itself. */
export function unprovided(where: string, message: string, hint: string): SvcError {
  return new SvcError('workspace/invalid', `${where}: ${message}`, { hint });
}
