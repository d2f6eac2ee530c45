/** A statement whose values travel beside its text, never in it. */
export interface Sql {
  readonly strings: readonly string[];
  readonly values: readonly unknown[];
}

const made = new WeakSet<object>();

/**
 * sql`SELECT * FROM orders WHERE id = ${id}`. A value becomes a parameter; an Sql is joined to the statement, so that
 * conditions can be built from parts.
 */
export function sql(strings: TemplateStringsArray, ...values: readonly unknown[]): Sql {
  let statement: Sql = { strings: [strings[0] ?? ''], values: [] };
  values.forEach((value, index) => {
    const rest = strings[index + 1] ?? '';
    statement = isSql(value) ? joined(joined(statement, value), { strings: [rest], values: [] }) : withValue(statement, value, rest);
  });
  made.add(statement);
  return statement;
}

/** A text of our own as a statement; nothing that came from outside may be in it. */
export function unsafeSql(text: string): Sql {
  const statement: Sql = { strings: [text], values: [] };
  made.add(statement);
  return statement;
}

/** The statement as PostgreSQL takes it. */
export function toQuery({ strings, values }: Sql): { readonly text: string; readonly values: unknown[] } {
  return { text: strings.reduce((text, part, index) => `${text}$${index}${part}`), values: [...values] };
}

/** Only what `sql` made: an object from a request body that looks like it stays a value. */
function isSql(value: unknown): value is Sql {
  return typeof value === 'object' && value !== null && made.has(value);
}

function joined(left: Sql, right: Sql): Sql {
  const [first = '', ...others] = right.strings;
  const seam = `${left.strings.at(-1) ?? ''}${first}`;
  return { strings: [...left.strings.slice(0, -1), seam, ...others], values: [...left.values, ...right.values] };
}

function withValue({ strings, values }: Sql, value: unknown, rest: string): Sql {
  return { strings: [...strings, rest], values: [...values, value] };
}
