import type { HeaderMap } from '../http/hygiene.ts';
import type { HeaderChange } from '../routes/types.ts';

/** Changes headers as a filter of the Gateway API says: set, then add, then remove. */
export function changeHeaders(headers: HeaderMap, changes: readonly HeaderChange[]): void {
  for (const { set = [], add = [], remove = [] } of changes) {
    for (const { name, value } of set) headers[name.toLowerCase()] = value;
    for (const { name, value } of add) addHeader(headers, name.toLowerCase(), value);
    for (const name of remove) delete headers[name.toLowerCase()];
  }
}

function addHeader(headers: HeaderMap, name: string, value: string): void {
  const before = headers[name];
  headers[name] = before === undefined ? value : `${before}, ${value}`;
}
