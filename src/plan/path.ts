/**
 * Which paths may be written at all. Templates, locks and answers can come from strangers, and what is harmless on one system
 * reaches outside of the folder, or into git's own files, on another: so the rules of all systems hold everywhere.
 */

/** Longest name that the common file systems take, in bytes. */
const LONGEST_NAME = 255;
/** Room is left for the folder above: Linux ends at 4,096 bytes, macOS at 1,024. */
const LONGEST_PATH = 900;

/** Windows opens a device for these, whatever the extension (learn.microsoft.com, "Naming Files, Paths, and Namespaces"). */
const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)\s*(\.|$)/i;
/** `.git`, and the short name that Windows gives it: git refuses the same spellings (`verify_path`). */
const GIT_FOLDER = /^(\.git|git~\d+)$/i;
/** Not allowed in a Windows file name; a colon would name a drive or a hidden stream. */
const FORBIDDEN_ON_WINDOWS = /[<>:"|?*]/;
/** Control and invisible characters (HFS+ leaves the latter out of names) and halves of characters. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}]/u;

/**
 * Why this path must not be written, or undefined where it may be.
 * @param path relative to the root of a plan, folders separated by `/`
 */
export function unsafeReason(path: string): string | undefined {
  if (path === '') return 'it is empty';
  if (INVISIBLE.test(path)) return 'it holds an invisible or broken character';
  if (path.startsWith('/')) return 'it is absolute';
  if (path.includes('\\')) return 'it holds a backslash';
  if (FORBIDDEN_ON_WINDOWS.test(path)) return 'it holds a character that Windows forbids: one of < > : " | ? *';
  if (Buffer.byteLength(path) > LONGEST_PATH) return `it is longer than ${LONGEST_PATH} bytes`;
  return path
    .split('/')
    .map(unsafeName)
    .find((reason) => reason !== undefined);
}

function unsafeName(name: string): string | undefined {
  if (name === '') return 'it holds an empty name';
  if (name === '.' || name === '..') return `it holds "${name}"`;
  if (/[. ]$/.test(name)) return `"${name}" ends with a dot or a space, which Windows drops`;
  if (DEVICE.test(name)) return `"${name}" is a device on Windows`;
  if (GIT_FOLDER.test(name)) return `"${name}" belongs to git`;
  if (Buffer.byteLength(name) > LONGEST_NAME) return `"${name.slice(0, 20)}…" is longer than ${LONGEST_NAME} bytes`;
  return undefined;
}

export interface Clash {
  readonly path: string;
  readonly with: string;
  readonly reason: string;
}

/**
 * Pairs of paths that cannot stand beside each other everywhere: the same path twice, two spellings that macOS or Windows take
 * for one (case, Unicode form), and a file where another path needs a folder.
 */
export function clashes(paths: readonly string[]): readonly Clash[] {
  const known = new Map<string, Entry>();
  return paths.flatMap((path) => {
    const clash = firstClash(path, known);
    return clash ? [clash] : [];
  });
}

interface Entry {
  readonly spelling: string;
  readonly kind: 'file' | 'folder';
  readonly of: string;
}

function firstClash(path: string, known: Map<string, Entry>): Clash | undefined {
  const names = path.split('/');
  for (let length = 1; length <= names.length; length += 1) {
    const spelling = names.slice(0, length).join('/');
    const kind = length === names.length ? 'file' : 'folder';
    const other = known.get(folded(spelling));
    if (!other) known.set(folded(spelling), { spelling, kind, of: path });
    else if (other.spelling !== spelling) return { path, with: other.of, reason: 'macOS and Windows take them for one path' };
    else if (other.kind !== kind) return { path, with: other.of, reason: 'one needs a folder where the other is a file' };
    else if (kind === 'file') return { path, with: other.of, reason: 'they are the same path' };
  }
  return undefined;
}

/** One spelling for all that a file system may take for the same: Unicode form, then case both ways (`ß` and `SS`). */
function folded(path: string): string {
  return path.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}
