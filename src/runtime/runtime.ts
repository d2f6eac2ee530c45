/**
 * All that the rest of the program may ask of the world. The node adapters beside this file and the fakes of tests implement it;
 * domain code takes it as an argument and touches nothing else.
 */
export interface Runtime {
  /** Absolute path of the folder the command was given in. */
  readonly cwd: string;
  /** The number of this process. */
  readonly pid: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** As npm names platform packages: `linux-x64`, `darwin-arm64`, `windows-x64`. */
  readonly platform: string;
  readonly paths: OwnPaths;
  readonly fs: FileSystem;
  readonly ask: Prompter;
  readonly terminal: Terminal;
  /** Aborts at Ctrl-C and SIGTERM: whoever waits or writes stops at the next safe point. */
  readonly signal: AbortSignal;
  /** Who runs a process: the one with this id, or this very one; undefined where none has the id. */
  processAt(id?: number): Promise<ProcessIdentity | undefined>;
  now(): Date;
  /** A random, unguessable hexadecimal string of `bytes` bytes. */
  token(bytes: number): string;
  /** Runs a program to its end. Rejects only where it could not be started: SvcError tool/missing. */
  exec(call: Invocation): Promise<ExecResult>;
  /** Starts a program that outlives this one; its output goes to a file. Resolves with its process id. */
  background(call: Invocation & { readonly logFile: string }): Promise<number>;
  http(request: HttpRequest): Promise<HttpResponse>;
  /**
   * The cluster of a context of the user's kubeconfig, the current one where none is named.
   * Rejects with SvcError cluster/not-configured where there is none.
   */
  cluster(context?: string): Promise<Cluster>;
  /** Shows progress on stderr; never part of a result. */
  emit(event: ProgressEvent): void;
}

/** Tells a process from a later one that was given the same id. */
export interface ProcessIdentity {
  readonly id: number;
  readonly host: string;
  /** When it started, as the system counts; compared, never read. */
  readonly startedAt: string;
}

/** Folders of svckit's own. */
export interface OwnPaths {
  /** Where bundled templates are. */
  readonly templates: string;
  /** What changes at run time, by user: `$XDG_STATE_HOME/svckit` or its like. */
  readonly state: string;
  /** What can be made again: `$XDG_CACHE_HOME/svckit` or its like. */
  readonly cache: string;
  /** The folder of the running program's code: the supervisor and the chassis package are beside it. */
  readonly program: string;
  /** The Node.js that runs this program. */
  readonly node: string;
}

export interface Terminal {
  readonly interactive: boolean;
  /** Columns of standard output; 80 where it is no terminal. */
  readonly columns: number;
}

export type FileKind = 'file' | 'folder' | 'link' | 'other';

export interface FileInfo {
  readonly kind: FileKind;
  readonly executable: boolean;
  readonly size: number;
}

export interface NewFile {
  readonly executable?: boolean;
  /** Nobody else may read it. */
  readonly private?: boolean;
  /** It means nothing after a restart of the machine, so it is not flushed to disk. */
  readonly volatile?: boolean;
}

/** Paths are absolute. Failures are SvcErrors: file/unreadable, file/unwritable, file/disk-full. */
export interface FileSystem {
  /** The file's text, or undefined where there is no such file. */
  readText(path: string): Promise<string | undefined>;
  readBytes(path: string): Promise<Uint8Array | undefined>;
  /** What the path itself is (a link is not followed), or undefined. */
  info(path: string): Promise<FileInfo | undefined>;
  /**
   * What the path itself is, and its content where that is a file of at most `limit` bytes. Waits for the disk without giving way:
   * for whoever looks at tens of thousands of small files, where giving way takes six times as long as reading.
   */
  glance(path: string, limit: number): Promise<(FileInfo & { readonly content?: Uint8Array }) | undefined>;
  /** The names in a folder with their kinds, sorted; undefined where there is no such folder. */
  list(path: string): Promise<readonly { readonly name: string; readonly kind: FileKind }[] | undefined>;
  /** The path with every link resolved, or undefined where it does not exist. */
  realPath(path: string): Promise<string | undefined>;
  /** Writes a file that must not exist yet, whole and flushed to disk; follows no link. */
  createFile(path: string, content: Uint8Array | string, options?: NewFile): Promise<void>;
  /** Replaces `to` in one step. */
  rename(from: string, to: string): Promise<void>;
  /** Makes one folder. False where it was there already. */
  createFolder(path: string): Promise<boolean>;
  /** Removes a file or a link; nothing happens where there is none. */
  removeFile(path: string): Promise<void>;
  /** Removes a folder if it is empty; false where it is not, or is not there. */
  removeFolder(path: string): Promise<boolean>;
  /** Makes a fresh private folder in the system's place for such, its name beginning with `prefix`; resolves with its path. */
  temporaryFolder(prefix: string): Promise<string>;
  /** Removes a folder with all that is in it; links in it are removed, not followed. */
  removeTree(path: string): Promise<void>;
  /** Flushes a folder's entries to disk, so that a rename survives a power cut. */
  syncFolder(path: string): Promise<void>;
}

export interface Choice {
  readonly value: string;
  readonly label?: string;
  readonly hint?: string;
}

/** Questions at a terminal. Without one each throws SvcError input/not-interactive; Ctrl-C throws input/cancelled. */
export interface Prompter {
  text(question: { message: string; default?: string; validate?: (answer: string) => string | undefined }): Promise<string>;
  secret(question: { message: string; validate?: (answer: string) => string | undefined }): Promise<string>;
  choice(question: { message: string; choices: readonly Choice[]; default?: string }): Promise<string>;
  choices(question: { message: string; choices: readonly Choice[]; default?: readonly string[] }): Promise<readonly string[]>;
  confirm(question: { message: string; default: boolean }): Promise<boolean>;
}

export interface Invocation {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Added to the environment; undefined removes a name. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string | Uint8Array;
  readonly timeoutMs?: number;
  /** Ends the program where it aborts. */
  readonly signal?: AbortSignal;
  /** Called for each line of either stream as it comes. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
  /** Runs even after the user asked to stop: for leaving things as they were. */
  readonly afterStop?: boolean;
  /** Gives the program this one's terminal: the result has no output then. */
  readonly inherit?: boolean;
}

export interface ExecResult {
  /** 128 + signal number where a signal ended it, as shells count. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as it came: where it is no text. */
  readonly bytes: Uint8Array;
}

export interface HttpRequest {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Any status is an answer; only a failed connection rejects: SvcError local/unavailable. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  text(): Promise<string>;
  bytes(): Promise<Uint8Array>;
  /** The body line by line as it arrives; read once. */
  lines(): AsyncIterable<string>;
}

/** A Kubernetes API server, asked with the user's own rights. */
export interface Cluster {
  readonly context: string;
  readonly server: string;
  /** The context's own, where it has one. */
  readonly namespace: string | undefined;
  /** Any status is an answer; only a failed connection rejects: SvcError cluster/unreachable. */
  request(call: ClusterRequest): Promise<HttpResponse>;
}

export interface ClusterRequest {
  /** With its query. */
  readonly path: string;
  readonly method?: string;
  readonly body?: string;
  readonly contentType?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Goes out even after the user asked to stop: for leaving things as they were. */
  readonly afterStop?: boolean;
  /** Its answer may have no end, so it takes a connection of its own, which no other request waits for. */
  readonly goesOn?: boolean;
}

/** One step of work as a person sees it. The same `id` moves from `start` to one of the others. */
export interface ProgressEvent {
  readonly id: string;
  readonly state: 'start' | 'update' | 'done' | 'failed';
  readonly text: string;
}
