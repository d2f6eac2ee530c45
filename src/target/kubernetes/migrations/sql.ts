/** What PostgreSQL takes for one token; what is skipped has no group. https://www.postgresql.org/docs/current/sql-syntax-lexical.html */
const TOKEN =
  /\s+|--[^\n]*|(?<dollar>\$(?<tag>[A-Za-z_]\w*)?\$[\s\S]*?\$\k<tag>?\$)|(?<text>[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*')|(?<name>"(?:[^"]|"")*")|(?<word>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|(?<sign>[\s\S])/y;

/**
 * The statements of a SQL text, each as its tokens: words in lower case, quoted names as they are, strings and bodies of functions as
 * `''`. Enough to tell what a statement does, not whether it is right: that is for the database to say.
 */
export function statementsIn(sql: string): readonly (readonly string[])[] {
  const statements: string[][] = [[]];
  for (let at = 0; at < sql.length; ) {
    const comment = sql.startsWith('/*', at) ? commentEnd(sql, at) : undefined;
    TOKEN.lastIndex = at;
    const { groups = {}, 0: whole = sql[at] ?? '' } = comment === undefined ? (TOKEN.exec(sql) ?? {}) : {};
    at = comment ?? at + Math.max(1, whole.length);
    const token = tokenOf(groups);
    if (token === ';') statements.push([]);
    else if (token !== undefined) statements.at(-1)?.push(token);
  }
  return statements.filter(({ length }) => length > 0);
}

function tokenOf({ dollar, text, name, word, sign }: Readonly<Record<string, string | undefined>>): string | undefined {
  return dollar !== undefined || text !== undefined ? "''" : (name ?? word?.toLowerCase() ?? sign);
}

/** Comments of this kind may stand in each other. */
function commentEnd(sql: string, start: number): number {
  let depth = 0;
  for (let at = start; at < sql.length; at += 1) {
    if (sql.startsWith('/*', at)) depth += 1;
    else if (sql.startsWith('*/', at)) depth -= 1;
    else continue;
    at += 1;
    if (depth === 0) return at + 1;
  }
  return sql.length;
}
