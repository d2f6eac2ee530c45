import { createHash } from 'node:crypto';
import type { ExecResult, Invocation } from '../runtime/runtime.ts';

export interface FakeBuilderOptions {
  /** The programs that are there; Docker's daemon is down where it is not among `working`. */
  readonly installed: readonly string[];
  readonly working?: readonly string[];
  /** What takes images. */
  readonly registries: readonly string[];
  read(path: string): string | undefined;
  write(path: string, text: string): void;
}

export interface FakeBuilder {
  exec(call: Invocation): Partial<ExecResult> | undefined;
  /** Each program that was asked to do something, with its first argument: `podman push`. */
  readonly calls: readonly string[];
}

/** docker, podman and buildah as far as svc uses them: an image is the digest of its Dockerfile, and `RUN false` fails. */
export function fakeBuilder({ installed, working = installed, registries, read, write }: FakeBuilderOptions): FakeBuilder {
  const calls: string[] = [];
  const digests = new Map<string, string>();
  const after = (args: readonly string[], flag: string) => args[args.indexOf(flag) + 1] ?? '';
  const commands: Readonly<Record<string, (args: readonly string[], say: (line: string) => void) => number>> = {
    build(args, say) {
      const dockerfile = read(after(args, '--file')) ?? '';
      const steps = dockerfile.split('\n').filter((line) => /^[A-Z]/.test(line));
      for (const [index, step] of steps.entries()) {
        say(`STEP ${index + 1}/${steps.length}: ${step}`);
        if (step === 'RUN false') return say('Error: exit status 1') ?? 1;
      }
      write(after(args, '--iidfile'), sha256(dockerfile));
      return 0;
    },
    tag([image = '', name = '']) {
      digests.set(name, sha256(image));
      return 0;
    },
    push(args, say) {
      const name = args.at(-1) ?? '';
      if (!registries.some((registry) => name.startsWith(`${registry}/`))) return say('Error: connection refused') ?? 1;
      if (args.includes('--digestfile')) write(after(args, '--digestfile'), digests.get(name) ?? '');
      return 0;
    },
  };
  const run = ({ command, args: [verb = '', ...args], onLine = () => {} }: Invocation): Partial<ExecResult> => {
    if (verb === 'version' || verb === 'info' || verb === '--version') {
      return working.includes(command) ? { stdout: '1\n' } : { exitCode: 1, stderr: 'Cannot connect to the Docker daemon\n' };
    }
    calls.push(`${command} ${verb}`);
    if (verb === 'image') {
      const name = args.at(-1) ?? '';
      return { stdout: JSON.stringify([`${name.replace(/:[^:/]*$/, '')}@${digests.get(name)}`]) };
    }
    return { exitCode: commands[verb]?.(args, (line) => onLine(line, 'stderr')) ?? 125 };
  };
  return { calls, exec: (call) => (installed.includes(call.command) ? run(call) : undefined) };
}

function sha256(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
