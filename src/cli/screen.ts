import { widthOf } from '../output/text.ts';
import type { Screen } from './command.ts';

/** Draws a stream's screen: printed lines scroll, the footer stays below them and is redrawn only when it changes. */
export function drawing<Item>(screen: Screen<Item>, terminal: { write(text: string): void; columns(): number; readonly live: boolean }) {
  let footer: readonly string[] = [];
  return {
    show(item: Item): void {
      const lines = screen.print(item);
      const next = terminal.live ? (screen.footer?.(terminal.columns()) ?? []) : [];
      if (lines.length === 0 && next.join('\n') === footer.join('\n')) return;
      terminal.write([erase(footer, terminal.columns()), ...lines.map(ended), ...next.map(ended)].join(''));
      footer = next;
    },
    end(): void {
      footer = [];
    },
  };
}

const ended = (line: string) => `${line}\n`;

/** A line that is wider than the terminal takes more than one row. */
function erase(lines: readonly string[], columns: number): string {
  const rows = lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
  return rows === 0 ? '' : `\u001b[${rows}A\u001b[0J`;
}
