import type { BaseFile } from '../template/base.ts';
import type { MoveRule, Ownership } from '../template/manifest/manifest.ts';
import type { Area, RenderedFile } from '../template/template.ts';
import { compareVersions } from '../template/versions.ts';
import type { Tree, TreeFile } from './tree.ts';

/** A file as the template wrote it, before anybody changed it. */
export interface PristineFile extends TreeFile {
  readonly area: Area;
  /** Below `files/` or `repository/` of the template. */
  readonly inArea: string;
  readonly ownership: Ownership;
}

/** By path from the root of the repository. */
export type Pristine = ReadonlyMap<string, PristineFile>;

/** Where a service stands in its repository: its path from the root with `/`, empty where it is the root. */
export type Prefix = string;

/** A render, or the record of one, with each file where it goes. */
export function pristineOf(files: readonly (BaseFile | RenderedFile)[], prefix: Prefix): Pristine {
  return new Map(
    files.map(({ area, path, ownership, executable, content }) => [
      placed(path, area, prefix),
      { area, inArea: path, ownership, kind: executable ? 'executable' : 'file', content: Buffer.from(content) },
    ]),
  );
}

/** A path of the template as a path from the root of the repository. */
export function placed(path: string, area: Area, prefix: Prefix): string {
  return area === 'service' && prefix !== '' ? `${prefix}/${path}` : path;
}

/** The template's declared moves after version `from`, up to and with `to`, oldest first. */
export function movesBetween(
  moves: readonly MoveRule[],
  { from, to }: { readonly from: string; readonly to: string },
): readonly MoveRule[] {
  return moves
    .filter((move) => compareVersions(move.in, from) > 0 && compareVersions(move.in, to) <= 0)
    .sort((a, b) => compareVersions(a.in, b.in));
}

/**
 * New path by old path from the root, for each file of the base that the template has given another name. A region stays in the
 * file that others share.
 */
export function movedPaths(base: Pristine, moves: readonly MoveRule[], prefix: Prefix): ReadonlyMap<string, string> {
  const movable = [...base].filter(([, { ownership }]) => ownership !== 'region');
  const moved = movable.map(([path, { area, inArea }]) => {
    const last = moves.reduce((at, move) => (move.from === at ? move.to : at), inArea);
    return [path, placed(last, area, prefix)] as const;
  });
  return new Map(moved.filter(([from, to]) => from !== to && !base.has(to)));
}

/** The files under their new names. Where something is at the new name already, the old one stays. */
export function withMoves<Files extends Pristine | Tree>(files: Files, moved: ReadonlyMap<string, string>): Files {
  const renamed = [...files].map(([path, file]) => {
    const to = moved.get(path);
    return [to === undefined || files.has(to) ? path : to, file] as const;
  });
  return new Map(renamed as never) as unknown as Files;
}
