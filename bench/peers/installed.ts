import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { copier } from './copier.ts';
import { cruft } from './cruft.ts';
import { svckit } from './svckit.ts';
import type { Tool } from './tool.ts';

const programs = join(process.env['SVCKIT_TOOLS'] ?? '/var/cache/svckit-ci', 'peers', 'bin');

/** svckit as it is built in this repository. */
export function ourselves(root: string): Tool {
  return svckit(join(root, 'bin', 'svc.js'));
}

/** Copier and cruft; none, with a word on why, where they are not installed. */
export function peers(): readonly Tool[] {
  if (existsSync(join(programs, 'copier')) && existsSync(join(programs, 'cruft'))) return [copier(programs), cruft(programs)];
  console.log(`skipped Copier and cruft: they are not in ${programs}; install them with: bash .ci/tools.sh peers`);
  process.exitCode = 1;
  return [];
}

/** What was compared with what, as a line of the page. */
export function versions(root: string, tools: readonly Tool[]): string {
  const own = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string }).version;
  const others = tools.filter(({ name }) => name !== 'svckit').map(({ name }) => `${name} ${packageVersion(name)}`);
  const git = execFileSync('git', ['--version'], { encoding: 'utf8' }).replace('git version', 'git').trim();
  return [`svckit ${own}`, ...others, ...(others.length > 0 ? [`Cookiecutter ${packageVersion('cookiecutter')}`] : []), git].join(', ');
}

function packageVersion(name: string): string {
  const script = 'import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))';
  return execFileSync(join(programs, 'python'), ['-c', script, name.toLowerCase()], { encoding: 'utf8' }).trim();
}
