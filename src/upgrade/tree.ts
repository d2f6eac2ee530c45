/** The files of one side of a merge, by path with `/` between folders. */
export type Tree = ReadonlyMap<string, TreeFile>;

export interface TreeFile {
  /** A link's content is what it points to. */
  readonly kind: 'file' | 'executable' | 'link';
  readonly content: Uint8Array;
}

/** Modes as git records them. */
const MODE = { file: '100644', executable: '100755', link: '120000' } as const;

export function modeOf({ kind }: TreeFile): string {
  return MODE[kind];
}

/** @throws where git speaks of a mode that no tree here can hold (a submodule) */
export function kindOf(mode: string): TreeFile['kind'] {
  const kind = (Object.keys(MODE) as (keyof typeof MODE)[]).find((each) => MODE[each] === mode);
  if (kind === undefined) throw new Error(`unexpected file mode ${mode}`);
  return kind;
}

export function sameFile(a: TreeFile | undefined, b: TreeFile | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.kind === b.kind && Buffer.from(a.content).equals(b.content);
}
