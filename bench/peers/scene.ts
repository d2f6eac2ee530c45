/** What a file is: text, bytes, or a link to somewhere. A template writes the service's name where its text says `@name@`. */
export type Content = string | Uint8Array | { readonly link: string };

export type Files = Readonly<Record<string, Content>>;

/** One version of a template, in words that each tool's own format is made from. */
export interface Version {
  readonly files: Files;
  readonly executable?: readonly string[];
  /** Written only where the answer to `extra` is yes. */
  readonly optional?: readonly string[];
  /** The template's own: nobody else is to change them. Only svckit has a word for it. */
  readonly owned?: readonly string[];
  /** Files at the root of the repository that the template shares with others. Only svckit has a word for it. */
  readonly shared?: readonly string[];
}

/** A new content, a change of the text that is there, or undefined for a file that is deleted. */
export type Edit = Content | ((text: string) => string) | undefined;

/** A template in two versions, and what a user did to the service in between. */
export interface Scene {
  readonly was: Version;
  readonly now: Version;
  /** What the user makes of files. */
  readonly edits: Readonly<Record<string, Edit>>;
  /** The answer to `extra`, which is no where nothing is said. */
  readonly extra?: { readonly was: boolean; readonly now: boolean };
  /** The answer to the secret question `token`, which is asked only where there is one. */
  readonly token?: string;
  /** The history of the template is gone: there is nothing but the new version. */
  readonly forgotten?: boolean;
}

/** By what a change can be found again: a line, a file that is gone, or what a file is. */
export type Sign =
  | { readonly line: string }
  | { readonly absent: string }
  | { readonly path: string; readonly is: Content }
  | { readonly executable: string };

/** A scene, and what a right result of the update is. */
export interface Case extends Scene {
  readonly title: string;
  readonly mine: Sign;
  readonly theirs: Sign;
  /** Exactly these files and no conflict; both changes and no conflict; or a conflict that is told. */
  readonly right: { readonly files: Readonly<Record<string, Content | undefined>> } | 'both' | 'told';
}

/** Twenty lines, some of them as given: `3 mine` is line 3. */
export function lines(...changed: readonly string[]): string {
  const line = (number: number) => changed.find((each) => each.startsWith(`${number} `)) ?? `${number} as it was`;
  return Array.from({ length: 20 }, (_, number) => `${line(number)}\n`).join('');
}
