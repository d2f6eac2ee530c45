import type { Style } from './style.ts';
import { padEnd, truncate, widthOf } from './text.ts';

export interface Column<Row> {
  readonly title: string;
  text(row: Row): string;
  /** Colour of the padded cell. */
  paint?(text: string, row: Row): string;
  /** The first to be cut where the terminal is narrow; what is not set is never cut. */
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

function fitted<Row>(columns: readonly Column<Row>[], widths: readonly number[], room: number): readonly number[] {
  const total = widths.reduce((sum, each) => sum + each, GAP.length * (widths.length - 1));
  const shrinking = columns.filter((column) => column.shrinks).length;
  if (total <= room || shrinking === 0) return widths;
  const less = Math.ceil((total - room) / shrinking);
  return widths.map((each, index) => (columns[index]?.shrinks ? Math.max(6, each - less) : each));
}
