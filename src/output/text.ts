import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';

/** Columns that a text takes: for what most lines are made of, that is their length, and known a hundred times faster. */
export function widthOf(text: string): number {
  return ONE_COLUMN_EACH.test(text) ? text.length : stringWidth(text);
}

/** ASCII, the signs that views use, and the pictures of control characters. */
const ONE_COLUMN_EACH = /^[ -~µ·×…–→✓↳✗─-╿␀-␡]*$/;

export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)));
}

export function padStart(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - widthOf(text))) + text;
}

/** The text in at most `columns`, with `…` where something was cut off. Colours must be added afterwards. */
export function truncate(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  if (columns < 1) return '';
  if (ONE_COLUMN_EACH.test(text)) return `${text.slice(0, columns - 1).replace(/…$/, '')}…`;
  let kept = '';
  let width = 0;
  for (const { segment } of segmenter().segment(text)) {
    width += stringWidth(segment);
    if (width > columns - 1) break;
    kept += segment;
  }
  return kept.endsWith('…') ? kept : `${kept}…`;
}

/** Made when it is first needed: that takes milliseconds, which most commands can do without. */
let madeSegmenter: Intl.Segmenter | undefined;

function segmenter(): Intl.Segmenter {
  madeSegmenter ??= new Intl.Segmenter();
  return madeSegmenter;
}

/** Foreign text made safe for a terminal: what would move the cursor, colour the rest or turn the line around becomes a visible sign. */
export function printable(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(CONTROLS, (sign) => {
    const code = sign.codePointAt(0) ?? 0;
    return code < 0x20 ? String.fromCodePoint(0x2400 + code) : code === 0x7f ? '\u2421' : '\ufffd';
  });
}

const PLAIN = /^[ -~]*$/;
/** Control characters, line and paragraph separators, invisible and direction-turning format characters, halves of surrogate pairs. */
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;

/** What a program printed, made safe: its colours are taken away, its lines and tabs stay. */
export function printableOutput(text: string): string {
  return stripVTControlCharacters(text)
    .split('\n')
    .map((line) => printable(line.replaceAll('\t', '    ').replace(/\r$/, '')))
    .join('\n');
}
