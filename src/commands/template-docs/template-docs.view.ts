import type { Style } from '../../output/style.ts';
import { printable, printableOutput } from '../../output/text.ts';
import type { TemplateDocs } from '../../template/author/docs.ts';

/** The Markdown itself, or where it went. */
export function view({ markdown, file, changed }: TemplateDocs, style: Style): string {
  if (file === undefined) return printableOutput(markdown);
  return `${style.good('✓')} ${printable(file)} ${changed ? 'describes the template now' : 'is as it should be'}`;
}
