/** The helpers of templates: a fixed set, so that a template stays data. */
export const HELPERS = {
  eq: (a: unknown, b: unknown) => String(a) === String(b),
  not: (value: unknown) => !isTrue(value),
  and: (...values: unknown[]) => values.every(isTrue),
  or: (...values: unknown[]) => values.some(isTrue),
  camel: (text: unknown) => camel(words(text)),
  pascal: (text: unknown) => words(text).map(capital).join(''),
  snake: (text: unknown) => words(text).join('_'),
  upperSnake: (text: unknown) => words(text).join('_').toUpperCase(),
  kebab: (text: unknown) => words(text).join('-'),
  title: (text: unknown) => words(text).map(capital).join(' '),
  yaml: (value: unknown) => yamlScalar(value),
  json: (value: unknown) => JSON.stringify(value),
} as const satisfies Record<string, (...values: unknown[]) => unknown>;

/** How many arguments a helper takes, at least and at most. */
export const ARITY: Readonly<Record<string, readonly [number, number]>> = {
  eq: [2, 2],
  and: [2, Number.POSITIVE_INFINITY],
  or: [2, Number.POSITIVE_INFINITY],
};

/** Blocks of Handlebars that templates may use. */
export const BLOCKS = ['if', 'unless', 'each'] as const;

/** As `#if` sees it: an empty list is false, any text but the empty one is true. */
function isTrue(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

/**
 * `orderLines`, `order-lines` and `Order lines` are two words. All beyond ASCII counts as letters: a pattern with the tables of
 * Unicode takes longer to build than everything else here.
 */
function words(text: unknown): readonly string[] {
  return String(text)
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .split(/[^a-zA-Z\d\u0080-\uffff]+/)
    .filter(Boolean)
    .map((word) => word.toLowerCase());
}

function camel([first = '', ...rest]: readonly string[]): string {
  return first + rest.map(capital).join('');
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

const PLAIN = /^[A-Za-z_][A-Za-z0-9_./@-]*( [A-Za-z0-9_./@-]+)*$/;
/** Words that some reader of YAML 1.1 or 1.2 takes for something other than a text. */
const NOT_TEXT = /^(y|n|yes|no|on|off|true|false|null)$/i;

/** A value as one line of YAML: plain where every reader takes that for the same text, quoted otherwise; JSON is YAML too. */
export function yamlScalar(value: unknown): string {
  return typeof value === 'string' && PLAIN.test(value) && !NOT_TEXT.test(value) ? value : JSON.stringify(value);
}
