import { Volume } from 'memfs';
import { SvcError } from '../errors.ts';
import { type DirectFsModule, type FsModule, nodeFiles } from './node/files.ts';
import type { ExecResult, Invocation, ProgressEvent, Prompter, Runtime } from './runtime.ts';

export interface FakeRuntime extends Runtime {
  /** What is in memory, by absolute path; a folder without files is null. */
  tree(): Record<string, string | null>;
  readonly progress: readonly ProgressEvent[];
  readonly volume: InstanceType<typeof Volume>;
}

export interface FakeOptions {
  /** Paths are relative to the working folder, /work. */
  readonly files?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Answers to prompts, in order; a prompt without one fails the test. */
  readonly answers?: readonly (string | boolean | readonly string[])[];
  readonly exec?: (call: Invocation) => Partial<ExecResult> | undefined;
  readonly override?: Partial<Runtime>;
}

/** The runtime of tests: files in memory, scripted answers, a clock that stands still, and no program or address that was not expected. */
export function fakeRuntime({ files = {}, cwd = '/work', env = {}, answers, exec, override = {} }: FakeOptions = {}): FakeRuntime {
  const volume = Volume.fromJSON({ ...files }, '/work');
  volume.mkdirSync(cwd, { recursive: true });
  const progress: ProgressEvent[] = [];
  return {
    cwd,
    pid: 4242,
    env,
    platform: 'linux-x64',
    paths: { templates: '/svckit/templates', state: '/state', cache: '/cache', program: '/svckit/dist', node: '/usr/bin/node' },
    // memfs is typed by its own declarations; the methods in use are the same.
    fs: nodeFiles(volume.promises as unknown as FsModule, volume as unknown as DirectFsModule),
    ask: answers ? scripted(answers) : notInteractive(),
    terminal: { interactive: answers !== undefined, columns: 80 },
    signal: new AbortController().signal,
    processAt: async (id = 1) => (id === 1 ? { id, host: 'here', startedAt: '1' } : undefined),
    now: () => new Date('2026-01-02T03:04:05.678Z'),
    token: (bytes) => 'ab'.repeat(bytes),
    async exec(call) {
      const result = exec?.(call);
      if (!result) throw new Error(`unexpected program: ${[call.command, ...call.args].join(' ')}`);
      return { exitCode: 0, stdout: '', stderr: '', bytes: new Uint8Array(), ...result };
    },
    background: (call) => Promise.reject(new Error(`unexpected program: ${call.command}`)),
    http: ({ url }) => Promise.reject(new Error(`unexpected request: ${url}`)),
    cluster: (context = 'current') => Promise.reject(new Error(`unexpected cluster: ${context}`)),
    emit: (event) => void progress.push(event),
    ...override,
    tree: () => volume.toJSON() as Record<string, string | null>,
    progress,
    volume,
  };
}

function scripted(answers: readonly (string | boolean | readonly string[])[]): Prompter {
  const left = [...answers];
  const next = async ({ message }: { readonly message: string }) => {
    const answer = left.shift();
    if (answer === undefined) throw new Error(`unexpected question: ${message}`);
    return answer;
  };
  return {
    text: async (question) => String(await next(question)),
    secret: async (question) => String(await next(question)),
    choice: async (question) => String(await next(question)),
    choices: async (question) => [await next(question)].flat().map(String),
    confirm: async (question) => (await next(question)) === true,
  };
}

function notInteractive(): Prompter {
  const refuse = async ({ message }: { readonly message: string }) => {
    throw new SvcError('input/not-interactive', `Nobody is there to answer: ${message}`, { hint: 'Give the answer as a flag' });
  };
  return { text: refuse, secret: refuse, choice: refuse, choices: refuse, confirm: refuse };
}
