import { SvcError } from '../errors.ts';

/** What a placeholder may name: `resources.<name>.<output>` and `metadata.name`; undefined where there is nothing. */
export type Lookup = (path: readonly string[]) => string | undefined;

/**
 * A Score variable with its placeholders filled in: `${resources.db.url}`; `$${` stands for `${`.
 * @throws SvcError workload/invalid naming the placeholder that nothing provides
 */
export function interpolate(value: string, lookup: Lookup): string {
  return value.replace(/\$\$\{|\$\{([^}]*)\}/g, (whole, path: string | undefined) => {
    if (path === undefined) return whole.slice(1);
    const found = lookup(path.trim().split('.'));
    if (found !== undefined) return found;
    throw new SvcError('workload/invalid', `Nothing provides \${${path}}`, {
      hint: `Declare ${path.split('.').slice(0, 2).join('.')} in score.yaml, or mend the placeholder`,
    });
  });
}
