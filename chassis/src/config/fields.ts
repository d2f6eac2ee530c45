/** One declared environment variable: where it comes from, how its text becomes a value, and what holds without it. */
export interface Field<T> {
  readonly variable: string;
  /** A secret's value appears in no message and is blotted out of the log. */
  readonly secret: boolean;
  /** What holds where the variable is not set; undefined here means that it must be set. */
  readonly absent: { readonly value: T } | undefined;
  /** @throws Error whose message completes the sentence "X …" and does not repeat the value */
  parse(text: string): T;
}

export type Fields = Readonly<Record<string, Field<unknown>>>;

/** The values that fields stand for. */
export type ConfigOf<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };

export interface FieldOptions<T> {
  readonly default?: T;
  readonly optional?: true;
  readonly secret?: boolean;
}

type Value<T, O> = O extends { readonly optional: true } ? T | undefined : T;

/** Any text. */
export function text<const O extends FieldOptions<string>>(variable: string, options?: O): Field<Value<string, O>> {
  return field(variable, (value) => value, options);
}

/** Text that nobody may read: a password, a token, a key. */
export function secret<const O extends FieldOptions<string>>(variable: string, options?: O): Field<Value<string, O>> {
  return field(variable, (value) => value, { ...options, secret: true });
}

/** A whole number within `min` and `max`, both included. */
export function integer<const O extends FieldOptions<number> & { readonly min?: number; readonly max?: number }>(
  variable: string,
  options?: O,
): Field<Value<number, O>> {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = options ?? {};
  return field(variable, (value) => parseInteger(value, min, max), options);
}

/** `true` or `false`. */
export function flag<const O extends FieldOptions<boolean>>(variable: string, options?: O): Field<Value<boolean, O>> {
  return field(variable, parseFlag, options);
}

/** One of a few words. */
export function choice<const T extends string, const O extends FieldOptions<NoInfer<T>>>(
  variable: string,
  words: readonly T[],
  options?: O,
): Field<Value<T, O>> {
  return field(variable, (value) => parseChoice(value, words), options);
}

/** An absolute URL; `protocols` as in `https:`. */
export function url<const O extends FieldOptions<URL> & { readonly protocols?: readonly string[] }>(
  variable: string,
  options?: O,
): Field<Value<URL, O>> {
  const protocols = options?.protocols ?? ['http:', 'https:'];
  return field(variable, (value) => parseUrl(value, protocols), options);
}

/** One or more absolute URLs, divided by commas. */
export function urls<const O extends FieldOptions<readonly URL[]>>(variable: string, options?: O): Field<Value<readonly URL[], O>> {
  const parse = (value: string) => value.split(',').map((part) => parseUrl(part.trim(), ['http:', 'https:']));
  return field<readonly URL[], O>(variable, parse, options);
}

/** `<NAME>_URL` of a service: `price-list` is `PRICE_LIST_URL`. */
export function urlVariable(peer: string): string {
  return `${peer.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}_URL`;
}

/** A field with a parser of your own: `parse` throws an Error that completes the sentence "X …". */
export function field<T, const O extends FieldOptions<T>>(variable: string, parse: (text: string) => T, options?: O): Field<Value<T, O>> {
  const made: Field<T | undefined> = { variable, parse, secret: options?.secret ?? false, absent: absence(options) };
  return made as Field<Value<T, O>>;
}

function absence<T>(options: FieldOptions<T> | undefined): { readonly value: T | undefined } | undefined {
  if (options?.default !== undefined) return { value: options.default };
  return options?.optional ? { value: undefined } : undefined;
}

function parseInteger(text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || value < min || value > max) throw new Error(`must be a whole number ${range(min, max)}`);
  return value;
}

function range(min: number, max: number): string {
  if (min === Number.MIN_SAFE_INTEGER) return max === Number.MAX_SAFE_INTEGER ? 'that is not too large' : `of at most ${max}`;
  return max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
}

function parseFlag(text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new Error('must be true or false');
  return text === 'true';
}

function parseChoice<T extends string>(text: string, words: readonly T[]): T {
  const found = words.find((word) => word === text);
  if (found === undefined) throw new Error(`must be one of ${words.join(', ')}`);
  return found;
}

function parseUrl(text: string, protocols: readonly string[]): URL {
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (!parsed || !protocols.includes(parsed.protocol)) {
    throw new Error(`must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`);
  }
  return parsed;
}
