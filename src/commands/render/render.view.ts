import type { Style } from '../../output/style.ts';
import type { Result } from './render.command.ts';

/** The files themselves, to be piped on; where they were written, which of them changed. */
export function view({ files, output }: Result, style: Style): string {
  if (output === undefined) return files.map(({ text }) => text).join('---\n');
  const lines = files.map(
    ({ path, change }) =>
      `${change === 'unchanged' ? style.faint('same   ') : style.good(change === 'create' ? 'new    ' : 'changed')} ${path}`,
  );
  return [...lines, style.faint(`in ${output}`)].join('\n');
}
