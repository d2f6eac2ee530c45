import type { Style } from './style.ts';
import { padEnd, truncate, widthOf } from './text.ts';

export interface Column<Row> {
  readonly title: string;
  text(row: Row): string;
  /** Colour of the padded cell. */
  paint?(text: string, row: Row): string;
  /** May be cut where the terminal is narrow, the widest first; what is not set is never cut. */
  readonly shrinks?: boolean;
}

const GAP = '  ';

/** Rows under faint titles, columns as wide as their content. Columns that are empty in every row are left out. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], style: Style): string {
  const used = columns.filter((column) => rows.some((row) => column.text(row) !== ''));
  const widths = fitted(
    used,
    used.map((column) => Math.max(widthOf(column.title), ...rows.map((row) => widthOf(column.text(row))))),
    style.columns,
  );
  const cell = (text: string, index: number) => padEnd(truncate(text, widths[index] ?? 0), widths[index] ?? 0);
  const head = used.map((column, index) => style.faint(cell(column.title, index)));
  const body = rows.map((row) =>
    used.map((column, index) => {
      const text = cell(column.text(row), index);
      return column.paint?.(text, row) ?? text;
    }),
  );
  return [head, ...body].map((cells) => cells.join(GAP).trimEnd()).join('\n');
}

/** Columns never become narrower than this. */
const NARROWEST = 6;

/** Takes from the widest of the columns that may shrink, until all fit. */
function fitted<Row>(columns: readonly Column<Row>[], widths: readonly number[], room: number): readonly number[] {
  const fit = [...widths];
  const total = fit.reduce((sum, each) => sum + each, GAP.length * (fit.length - 1));
  for (let over = total - room; over > 0; over -= 1) {
    const shrinking = fit.flatMap((width, index) => (columns[index]?.shrinks && width > NARROWEST ? [index] : []));
    const widest = shrinking.sort((a, b) => (fit[b] ?? 0) - (fit[a] ?? 0))[0];
    if (widest === undefined) break;
    fit[widest] = (fit[widest] ?? 0) - 1;
  }
  return fit;
}
