import { join } from 'node:path';
import { SvcError } from '../errors.ts';
import type { ExecResult, Invocation, Runtime } from '../runtime/runtime.ts';

export type BuilderRuntime = Pick<Runtime, 'exec' | 'fs' | 'signal'>;

export const BUILDER_NAMES = ['docker', 'podman', 'buildah'] as const;
export type BuilderName = (typeof BUILDER_NAMES)[number];

/** How a step of a builder ended; the lines are what it printed on both streams, in their order. */
export interface Step<T> {
  readonly ok: boolean;
  readonly lines: readonly string[];
  /** Of a step that went well. */
  readonly value: T | undefined;
}

export interface BuildOrder {
  /** Absolute. */
  readonly dockerfile: string;
  readonly context: string;
  readonly onLine: (line: string) => void;
}

/** A program that builds images and pushes them. What it prints as a failure is a result; svc judges it. */
export interface Builder {
  readonly name: BuilderName;
  /** Resolves with the image's id, `sha256:…`: the same files give the same one from the cache. */
  build(order: BuildOrder): Promise<Step<string>>;
  /** Gives the image a name in a registry and pushes it; resolves with the digest by which the registry knows it. */
  push(image: string, name: string): Promise<Step<string>>;
}

/** The builder of this name, whether it works or not. */
export function builderOf(name: BuilderName, runtime: BuilderRuntime): Builder {
  const build = ({ dockerfile, context, onLine }: BuildOrder) =>
    withFile(runtime, (idFile) => {
      const layers = name === 'docker' ? [] : ['--layers'];
      const args = ['build', ...layers, '--iidfile', idFile, '--file', dockerfile, context];
      return running({ command: name, args, cwd: context }, runtime, onLine);
    });
  return { name, build, push: name === 'docker' ? dockerPush(runtime) : containersPush(name, runtime) };
}

/** Docker keeps the digest beside the image, by the repository that it was pushed to. */
function dockerPush(runtime: BuilderRuntime): Builder['push'] {
  return async (image, name) => {
    const pushed = await allOf(
      [
        ['tag', image, name],
        ['push', name],
      ],
      'docker',
      runtime,
    );
    if (!pushed.ok) return pushed;
    const { stdout } = await runtime.exec({ command: 'docker', args: ['image', 'inspect', '--format', '{{json .RepoDigests}}', name] });
    const repository = name.replace(/:[^:/]*$/, '');
    const known = (JSON.parse(stdout) as readonly string[]).find((each) => each.startsWith(`${repository}@`));
    return { ...pushed, ok: known !== undefined, value: known?.slice(repository.length + 1) };
  };
}

function containersPush(command: BuilderName, runtime: BuilderRuntime): Builder['push'] {
  return async (image, name) => {
    const named = await allOf([['tag', image, name]], command, runtime);
    if (!named.ok) return named;
    return withFile(runtime, (file) => running({ command, args: ['push', '--digestfile', file, name] }, runtime));
  };
}

/** Runs a program that writes its answer into a file of its own. */
async function withFile(runtime: BuilderRuntime, run: (file: string) => Promise<Step<string>>): Promise<Step<string>> {
  const folder = await runtime.fs.temporaryFolder('svckit-image-');
  try {
    const file = join(folder, 'answer');
    const step = await run(file);
    const value = step.ok ? (await runtime.fs.readText(file))?.trim() : undefined;
    return { ...step, ok: value !== undefined && value !== '', value };
  } finally {
    await runtime.fs.removeTree(folder);
  }
}

/** One after the other, up to the first that fails. */
async function allOf(commands: readonly (readonly string[])[], command: BuilderName, runtime: BuilderRuntime): Promise<Step<string>> {
  let last: Step<string> = { ok: true, lines: [], value: undefined };
  for (const args of commands) {
    last = await running({ command, args }, runtime);
    if (!last.ok) break;
  }
  return last;
}

async function running(call: Invocation, runtime: BuilderRuntime, onLine: (line: string) => void = () => {}): Promise<Step<string>> {
  const lines: string[] = [];
  const keep = (line: string) => {
    lines.push(line);
    onLine(line);
  };
  const { exitCode } = await runtime.exec({ ...call, onLine: keep, signal: runtime.signal });
  runtime.signal.throwIfAborted();
  return { ok: exitCode === 0, lines, value: undefined };
}

/** What each program is asked to know whether it works: Docker's daemon and podman's machine may be down. */
const QUESTIONS: Readonly<Record<BuilderName, readonly string[]>> = {
  docker: ['version', '--format', '{{.Server.Version}}'],
  podman: ['info', '--format', '{{.Host.Arch}}'],
  buildah: ['--version'],
};

/**
 * The builder that was asked for, or the first of docker, podman and buildah that works.
 * @throws SvcError tool/missing with what is wrong with each
 */
export async function pickBuilder(wanted: BuilderName | undefined, runtime: BuilderRuntime): Promise<Builder> {
  const reasons: string[] = [];
  for (const name of wanted === undefined ? BUILDER_NAMES : [wanted]) {
    const reason = await whyNot(name, runtime);
    if (reason === undefined) return builderOf(name, runtime);
    reasons.push(`  ${name}: ${reason}`);
  }
  throw new SvcError('tool/missing', `Nothing here builds images:\n${reasons.join('\n')}`, {
    hint: 'Install podman, buildah or Docker, or start its daemon; or build images elsewhere and name them with --image',
  });
}

async function whyNot(name: BuilderName, { exec }: BuilderRuntime): Promise<string | undefined> {
  const answer = await exec({ command: name, args: QUESTIONS[name], timeoutMs: 10_000 }).catch((error: unknown) => {
    if (error instanceof SvcError && error.code === 'tool/missing') return undefined;
    throw error;
  });
  return answer ? refusalIn(answer) : 'not installed';
}

function refusalIn({ exitCode, stdout, stderr }: ExecResult): string | undefined {
  if (exitCode === 0) return undefined;
  return `${stderr}\n${stdout}`.split('\n').find((line) => line.trim() !== '') ?? `exit code ${exitCode}`;
}
