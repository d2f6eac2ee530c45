import { printableOutput } from './text.ts';

/** What tells images of one service apart: the registry says nothing, and the beginning of a digest is enough. */
export function shortImage(image: string): string {
  return printableOutput(image)
    .replace(/^.*\//, '')
    .replace(/@sha256:([0-9a-f]{12})[0-9a-f]*$/, '@$1');
}
