import { SvcError } from '../errors.ts';

/** What a placeholder may name: `resources.<name>.<output>` and `metadata.name`; undefined where there is nothing. */
export type Lookup = (path: readonly string[]) => string | undefined;

/** A piece of a Score text: plain text, or the path of a placeholder. */
export type Piece = { readonly text: string } | { readonly placeholder: readonly string[] };

/** The pieces of a text with placeholders: `${resources.db.url}`; `$${` stands for `${`. */
export function piecesOf(value: string): readonly Piece[] {
  const pieces = value.split(/(\$\$\{|\$\{[^}]*\})/g).map((part): Piece => {
    if (part === '$${') return { text: '${' };
    const path = /^\$\{([^}]*)\}$/.exec(part)?.[1];
    return path === undefined ? { text: part } : { placeholder: path.trim().split('.') };
  });
  return pieces.filter((piece) => !('text' in piece) || piece.text !== '');
}

/**
 * A Score variable with its placeholders filled in: `${resources.db.url}`; `$${` stands for `${`.
 * @throws SvcError workload/invalid naming the placeholder that nothing provides
 */
export function interpolate(value: string, lookup: Lookup): string {
  return piecesOf(value)
    .map((piece) => {
      if ('text' in piece) return piece.text;
      const found = lookup(piece.placeholder);
      if (found !== undefined) return found;
      throw new SvcError('workload/invalid', `Nothing provides \${${piece.placeholder.join('.')}}`, {
        hint: `Declare ${piece.placeholder.slice(0, 2).join('.')} in score.yaml, or mend the placeholder`,
      });
    })
    .join('');
}
