import { SvcError } from '../../errors.ts';

/** What a template may be, wherever it comes from: a few hundred small files; more is a slip, such as a `node_modules` inside of it. */
export const LIMITS = {
  files: 2_000,
  /** Of all files together. */
  bytes: 32 * 1_048_576,
  /** Of one file, as Helm has it for charts. */
  fileBytes: 5 * 1_048_576,
  /** Of what is fetched for it: a whole repository, or an unpacked package; as Helm has it for charts. */
  fetchedBytes: 100 * 1_048_576,
} as const;

/**
 * @param name how messages call the template
 * @throws SvcError template/invalid naming a file that is too large, or where it is too much
 */
export function refuseTooMuch(name: string, files: readonly { readonly path: string; readonly size: number }[]): void {
  const large = files.find(({ size }) => size > LIMITS.fileBytes);
  if (large) throw refused(name, `${large.path} has more than 5 MiB`);
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  if (files.length > LIMITS.files || bytes > LIMITS.bytes) throw refused(name, `more than ${LIMITS.files} files or 32 MiB`);
}

/** A template that is not taken, and why. */
export function refused(name: string, message: string, hint = 'Mend it in the template'): SvcError {
  return new SvcError('template/invalid', `The template ${name} cannot be used: ${message}`, { hint });
}
