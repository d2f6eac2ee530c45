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
  return { strong: chalk.bold, faint: chalk.dim, good: chalk.green, warn: chalk.yellow, bad: chalk.red, accent: chalk.cyan, columns };
}
