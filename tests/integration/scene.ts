import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { nodeRuntime } from '../../src/runtime/node/runtime.ts';
import type { ProgressEvent, Runtime } from '../../src/runtime/runtime.ts';

/** `svc new` as a script gives it: nothing is asked, installed or shown. */
export const NEW = { answersFile: undefined, yes: true, dryRun: false, install: false, git: false, summary: () => '' } as const;

/** A folder that nobody else has. */
export function temporaryFolder(prefix: string): string {
  return realpathSync(mkdtempSync(join(tmpdir(), prefix)));
}

/** The real world as seen from this folder, with svckit's own files in it, and no terminal. */
export function runtimeIn(folder: string, emit: (event: ProgressEvent) => void = () => {}): Runtime {
  const real = nodeRuntime(new AbortController().signal, emit);
  const paths = { ...real.paths, state: join(folder, 'state'), cache: join(folder, 'cache') };
  return { ...real, cwd: folder, paths, terminal: { interactive: false, columns: 80 } };
}

/** Whatever the machine's own settings are; nothing here has to survive a power cut. */
const SETTINGS = {
  'user.name': 'Ann',
  'user.email': 'ann@example.com',
  'commit.gpgsign': 'false',
  'core.autocrlf': 'false',
  'core.fsync': 'none',
  'protocol.file.allow': 'always',
};

/** What git prints. */
export function gitIn(folder: string, ...args: readonly string[]): string {
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return execFileSync('git', [...settings, ...args], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Commits everything that is there, and also where that is nothing new. */
export function commitIn(folder: string, message = 'as it is'): void {
  gitIn(folder, 'add', '--all');
  gitIn(folder, 'commit', '--quiet', '--allow-empty', '--message', message);
}

export function put(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** Twenty lines, some of them as given: `3 mine` is line 3. */
export function lines(...changed: readonly string[]): string {
  const line = (number: number) => changed.find((each) => each.startsWith(`${number} `)) ?? `${number} as it was`;
  return Array.from({ length: 20 }, (_, number) => `${line(number)}\n`).join('');
}

/** The manifest of a template with one input, its name, and those of `properties`; both blocks are YAML as indented there. */
export function tinyManifest({
  version,
  properties = '',
  required = 'name',
  svckit = '',
}: {
  readonly version: string;
  readonly properties?: string;
  readonly required?: string;
  readonly svckit?: string;
}): string {
  return `apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: { name: tiny }
spec:
  type: service
  parameters:
    - title: Service
      required: [${required}]
      properties:
        name: { type: string, pattern: '^[a-z-]+$' }
${properties}
  steps: [{ id: new, action: 'svckit:new' }]
  svckit:
    version: ${version}
${svckit}
`;
}
