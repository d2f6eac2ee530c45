import { Chalk } from 'chalk';

/** The few ways in which text may stand out, and how wide the terminal is. Views know these words, not colours. */
export interface Style {
  strong(text: string): string;
  faint(text: string): string;
  good(text: string): string;
  warn(text: string): string;
  bad(text: string): string;
  accent(text: string): string;
  /** Columns that a view may use. */
  readonly columns: number;
}

const same = (text: string) => text;

export const plain: Style = { strong: same, faint: same, good: same, warn: same, bad: same, accent: same, columns: 80 };

export function coloured(level: 1 | 2 | 3, columns: number): Style {
  const chalk = new Chalk({ level });
  // Chalk joins all its arguments: a painter that is given a row as well must not show it.
  const only = (paint: (text: string) => string) => (text: string) => paint(text);
  return {
    strong: only(chalk.bold),
    faint: only(chalk.dim),
    good: only(chalk.green),
    warn: only(chalk.yellow),
    bad: only(chalk.red),
    accent: only(chalk.cyan),
    columns,
  };
}
