import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { breakingChanges } from './additive.ts';
import { EventContractError, parseEventContract } from './contract.ts';

const FILE = 'asyncapi.yaml';

/**
 * Compares asyncapi.yaml in a folder with what it was at a commit.
 * @param ref as git knows it: `origin/main`, `HEAD^1`
 * @returns a line for each place where whoever knows the old one would be broken
 * @throws EventContractError where one of the two cannot be read, or the clone does not reach back so far
 */
export function additiveGate(folder: string, ref: string): readonly string[] {
  const git = gitIn(folder);
  const before = contractAt(git, ref);
  if (before === undefined) return [];
  const after = existsSync(join(folder, FILE))
    ? readFileSync(join(folder, FILE), 'utf8')
    : 'asyncapi: 3.0.0\nchannels: {}\noperations: {}\n';
  return breakingChanges(parseEventContract(before), parseEventContract(after)).map(
    ({ type, path, message }) => `${FILE}: ${[type, path, message].filter((part) => part !== '').join(' ')}`,
  );
}

/** Undefined where there was none: before the service told anything, and before the first commit. */
function contractAt(git: Git, ref: string): string | undefined {
  if (git('rev-parse', '--verify', '--quiet', `${ref}^{commit}`) !== undefined) return git('show', `${ref}:./${FILE}`);
  if (git('rev-parse', '--verify', '--quiet', 'HEAD') === undefined) throw new EventContractError('git knows no commit here');
  if (git('rev-parse', '--is-shallow-repository')?.trim() !== 'false') {
    throw new EventContractError(`${ref} is not in this clone: it must reach further back`);
  }
  const isBeforeTheFirst = ref.startsWith('HEAD^') && git('rev-parse', '--verify', '--quiet', 'HEAD^1') === undefined;
  if (!isBeforeTheFirst) throw new EventContractError(`${ref} is no commit here`);
  return undefined;
}

type Git = (...args: readonly string[]) => string | undefined;

/** Undefined where git fails. */
function gitIn(folder: string): Git {
  return (...args) => {
    const { status, stdout, error } = spawnSync('git', args, { cwd: folder, encoding: 'utf8' });
    if (error) throw error;
    return status === 0 ? stdout : undefined;
  };
}
