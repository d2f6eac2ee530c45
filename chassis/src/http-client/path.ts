/** A path with its values encoded: path`/products/${id}` cannot be led elsewhere by an id of `../admin?x=`. */
export function path(strings: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return strings.reduce((text, literal, index) => text + segment(values[index - 1]) + literal);
}

/** A dot segment stays one even when it is encoded. @throws RangeError for `.`, `..` and the empty text */
function segment(value: string | number | undefined): string {
  const text = String(value);
  if (text === '' || text === '.' || text === '..') throw new RangeError(`'${text}' cannot be part of a path`);
  return encodeURIComponent(text);
}

export type Query = Readonly<Record<string, string | number | boolean | readonly (string | number)[] | undefined>>;

/** `?a=1&b=2&b=3`, or nothing. Undefined members are left out. */
export function queryText(query: Query = {}): string {
  const pairs = Object.entries(query).flatMap(([key, value]) =>
    value === undefined ? [] : [value].flat().map((item): [string, string] => [key, String(item)]),
  );
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`;
}
