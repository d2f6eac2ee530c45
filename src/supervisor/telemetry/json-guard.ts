const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPENING = [0x7b, 0x5b];
const CLOSING = [0x7d, 0x5d];

/** Value for byte: +1 opens, -1 closes, 2 separates, 3 begins a string. */
const MEANING = new Int8Array(256);
for (const byte of OPENING) MEANING[byte] = 1;
for (const byte of CLOSING) MEANING[byte] = -1;
MEANING[COMMA] = 2;
MEANING[QUOTE] = 3;

/**
 * Whether JSON text stays within bounds, told before it is parsed: a byte of `[` stands for dozens in memory, so 16 MiB of them would
 * take a gigabyte. Counts brackets and commas outside of strings; whether the text is JSON at all is left to the parser.
 */
export function isModestJson(bytes: Uint8Array, { values, depth }: { readonly values: number; readonly depth: number }): boolean {
  let count = 0;
  let open = 0;
  for (let i = 0; i < bytes.length; i++) {
    const meaning = MEANING[bytes[i] as number];
    if (meaning === 0) continue;
    if (meaning === 3) {
      i = endOfString(bytes, i + 1);
      continue;
    }
    if (meaning !== 2) open += meaning as number;
    if (++count > values || open > depth) return false;
  }
  return true;
}

function endOfString(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}
