import { statementsIn } from './sql.ts';

/** Where a file says that it is expand-only, whatever it looks like: the reason is required. */
const OVERRULED = /^[ \t]*--[ \t]*svckit:[ \t]*expand-only because[ \t]+\S/m;
/** What dbmate and goose run only on the way back. */
const WAY_BACK = /^--\s*(migrate:down|\+goose Down)\b/m;

/**
 * What a migration does that the version before it may not bear, in words: `takes away users.email`. Empty where it only adds. A table
 * that the file itself makes is nobody's yet.
 */
export function notExpandOnly(sql: string): readonly string[] {
  if (OVERRULED.test(sql)) return [];
  const statements = statementsIn(sql.split(WAY_BACK, 1)[0] ?? '');
  const own = new Set(statements.flatMap((tokens) => createdTable(tokens) ?? []));
  return [...new Set(statements.flatMap((tokens) => breaksOf(tokens, own)))];
}

function createdTable(tokens: readonly string[]): string | undefined {
  const at = tokens.indexOf('table');
  return tokens[0] === 'create' && at > 0 && at < 4 ? nameAt(tokens, at + 1).name : undefined;
}

function breaksOf(tokens: readonly string[], own: ReadonlySet<string>): readonly string[] {
  const [first, second] = tokens;
  switch (first) {
    case 'alter':
      return second === 'table' ? alterTable(tokens, own) : alterOther(tokens);
    case 'drop':
      return second === 'index' ? [] : [`takes away ${nameAt(tokens, second === 'materialized' ? 3 : 2).name}`];
    case 'truncate':
    case 'delete':
    case 'update':
      return changesData(tokens, own);
    case 'create':
      return uniqueIndex(tokens, own);
    case 'revoke':
      return ['takes away rights'];
    case 'do':
    case 'call':
      return ['runs code that svc cannot look into'];
    default:
      return [];
  }
}

const DATA = { truncate: 'empties', delete: 'takes away rows of', update: 'changes rows of' } as const;

function changesData(tokens: readonly string[], own: ReadonlySet<string>): readonly string[] {
  const verb = tokens[0] as keyof typeof DATA;
  const { name } = nameAt(tokens, tokens[1] === 'from' || tokens[1] === 'table' ? 2 : 1);
  return own.has(name) ? [] : [`${DATA[verb]} ${name}`];
}

function uniqueIndex(tokens: readonly string[], own: ReadonlySet<string>): readonly string[] {
  if (tokens[1] !== 'unique') return [];
  const { name } = nameAt(tokens, tokens.indexOf('on') + 1);
  return own.has(name) ? [] : [`demands unique values in ${name}`];
}

function alterOther(tokens: readonly string[]): readonly string[] {
  if (tokens[1] === 'index') return [];
  const { name, next } = nameAt(tokens, tokens[1] === 'materialized' ? 3 : 2);
  const [action] = tokens.slice(next);
  if (action === 'rename') return [`renames ${name}`];
  if (action === 'drop') return [`takes away a part of ${name}`];
  return action === 'set' && tokens[next + 1] === 'schema' ? [`moves ${name}`] : [];
}

function alterTable(tokens: readonly string[], own: ReadonlySet<string>): readonly string[] {
  const { name, next } = nameAt(tokens, 2);
  if (own.has(name)) return [];
  return actionsIn(tokens.slice(next)).flatMap((action) => breakOf(name, action) ?? []);
}

/** The parts between commas that stand in no brackets. */
function actionsIn(tokens: readonly string[]): readonly (readonly string[])[] {
  const actions: string[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    depth += token === '(' ? 1 : token === ')' ? -1 : 0;
    if (token === ',' && depth === 0) actions.push([]);
    else actions.at(-1)?.push(token);
  }
  return actions;
}

function breakOf(table: string, action: readonly string[]): string | undefined {
  const [verb, what] = action;
  const column = nameAt(action, what === 'column' ? 2 : 1);
  switch (verb) {
    case 'drop':
      return what === 'constraint'
        ? `takes away the constraint ${nameAt(action, 2).name} of ${table}`
        : `takes away ${table}.${column.name}`;
    case 'rename':
      return what === 'constraint' ? undefined : what === 'to' ? `renames ${table}` : `renames ${table}.${column.name}`;
    case 'add':
      return addition(table, column.name, action);
    case 'alter':
      return columnBreak(`${table}.${column.name}`, action.slice(column.next).join(' '));
    case 'detach':
      return `takes away a part of ${table}`;
    case 'set':
      return what === 'schema' ? `moves ${table}` : undefined;
    default:
      return undefined;
  }
}

const CONSTRAINTS = new Set(['constraint', 'check', 'unique', 'primary', 'foreign', 'exclude']);

function addition(table: string, column: string, action: readonly string[]): string | undefined {
  if (CONSTRAINTS.has(action[1] ?? '')) return `demands more of ${table}`;
  const text = action.join(' ');
  const isFilled = /\b(default|generated|(small|big)?serial\d?)\b/.test(text);
  if (/\bnot null\b/.test(text) && !isFilled) return `demands ${table}.${column}, which the version before does not write`;
  return undefined;
}

function columnBreak(column: string, change: string): string | undefined {
  if (/^(set data )?type\b/.test(change)) return `changes the type of ${column}`;
  if (change.startsWith('set not null')) return `demands ${column}, which the version before may leave empty`;
  return change.startsWith('drop default') ? `takes away the default of ${column}` : undefined;
}

/** A name that begins at this token, behind what may stand before it; `next` is the token after it. */
function nameAt(tokens: readonly string[], start: number): { readonly name: string; readonly next: number } {
  let at = start;
  while (['if', 'not', 'exists', 'only', 'concurrently'].includes(tokens[at] ?? '')) at += 1;
  const parts = [tokens[at] ?? 'something'];
  for (at += 1; tokens[at] === '.'; at += 2) parts.push(tokens[at + 1] ?? '');
  if (tokens[at] === '*') at += 1;
  return { name: parts.map((part) => part.replace(/^"|"$/g, '')).join('.'), next: at };
}
