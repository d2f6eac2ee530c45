import { SvcError } from '../errors.ts';
import type { ExecResult, Invocation, Runtime } from '../runtime/runtime.ts';

/** Git in one repository that svc reads from or writes commits to. */
export interface Repository {
  /** Absolute path: a working tree of the user's, or a bare repository of svc's own. */
  readonly folder: string;
  /** What git may need to reach its server: an `Authorization` header for addresses below `url`. */
  readonly access?: { readonly url: string; readonly authorization: string };
}

type Call = Pick<Invocation, 'input' | 'timeoutMs' | 'env'>;

/**
 * Nothing that a repository says can start a program or reach for another folder; nobody is asked for a password. The person's own
 * settings stay: proxy, certificates, identity.
 */
const CAREFUL = ['core.fsmonitor=false', 'core.hooksPath=/dev/null', 'protocol.ext.allow=never', 'submodule.recurse=false', 'gc.auto=0'];

/** Runs git; any exit code is an answer. */
export function git(repository: Repository, args: readonly string[], runtime: Runtime, call: Call = {}): Promise<ExecResult> {
  const settings = CAREFUL.flatMap((each) => ['-c', each]);
  const env = { ...environment(repository), ...call.env };
  return runtime.exec({ command: 'git', args: [...settings, ...args], cwd: repository.folder, ...call, env });
}

/**
 * Runs git, which has to succeed.
 * @param what it is for, as in `git could not <what>`
 * @throws SvcError tool/failed with git's last line, tool/missing
 */
export async function gitTo(
  what: string,
  [repository, args]: readonly [Repository, readonly string[]],
  runtime: Runtime,
  call: Call = {},
): Promise<ExecResult> {
  const result = await git(repository, args, runtime, call);
  if (result.exitCode === 0) return result;
  throw new SvcError('tool/failed', `git could not ${what}: ${reasonIn(result.stderr)}`, {
    hint: `See for yourself: git -C "${repository.folder}" ${args[0]}`,
  });
}

/** What git complains of, in one line. */
export function reasonIn(stderr: string): string {
  const lines = stderr.trim().split('\n');
  return lines.find((line) => /^(fatal|error): /.test(line)) ?? lines.at(-1) ?? '';
}

/** The header travels in the environment: arguments are for every user of the machine to see, and settings stay on the disk. */
function environment({ access }: Repository): Readonly<Record<string, string | undefined>> {
  const header = access && {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `http.${access.url}/.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: ${access.authorization}`,
  };
  return {
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_DIR: undefined,
    GIT_WORK_TREE: undefined,
    GIT_INDEX_FILE: undefined,
    ...header,
  };
}
