import type { Style } from '../../output/style.ts';

export type TargetName = 'kubernetes' | 'compose';

export interface Result {
  readonly environment: string | undefined;
  readonly target: TargetName;
  /** Each would be a file of its own: one for each service on Kubernetes, one for all in Compose. */
  readonly files: readonly RenderedFile[];
  /** Where they were written; undefined where they are only shown. */
  readonly output: string | undefined;
  readonly notes: readonly string[];
}

export interface RenderedFile {
  /** Relative to `output`. */
  readonly path: string;
  readonly text: string;
  /** The objects or, in Compose, the one document. */
  readonly documents: readonly unknown[];
  readonly change?: 'create' | 'replace' | 'unchanged';
}

/** The files themselves, to be piped on; where they were written, which of them changed. */
export function view({ files, output }: Result, style: Style): string {
  if (output === undefined) return files.map(({ text }) => text).join('---\n');
  const lines = files.map(
    ({ path, change }) =>
      `${change === 'unchanged' ? style.faint('same   ') : style.good(change === 'create' ? 'new    ' : 'changed')} ${path}`,
  );
  return [...lines, style.faint(`in ${output}`)].join('\n');
}
