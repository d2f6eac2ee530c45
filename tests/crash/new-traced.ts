import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

const svc = process.env['SVCKIT_BIN'] ?? join(import.meta.dirname, '../../bin/svc.js');

/** Everything by which an undisturbed `svc new` changes the disk, and the opening of files. */
export const OPERATIONS = ['openat', 'write', 'fsync', 'rename', 'mkdir', 'unlink'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** What happens at the n-th call of an operation. */
export interface Fault {
  readonly operation: Operation;
  readonly at: number;
  readonly how: 'signal=KILL' | 'error=ENOSPC';
}

export interface Outcome {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stderr: string;
  /** Calls of each operation on the service's and svckit's own files. */
  readonly calls: Readonly<Record<Operation, number>>;
  readonly injected: number;
}

/** A workspace in which `svc new` makes a small service, with a template that uses every kind of change. */
export class Scene {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'svckit-crash-')));
  readonly #workspace = join(this.folder, 'shop');
  #paths: readonly string[] = [];

  constructor() {
    this.#write('fixed-names.cjs', FIXED_NAMES);
    for (const [path, text] of Object.entries(TEMPLATE)) this.#write(`template/${path}`, text);
    this.reset();
  }

  reset(): void {
    for (const folder of ['shop', 'state']) rmSync(join(this.folder, folder), { recursive: true, force: true });
    for (const [path, text] of Object.entries(WORKSPACE)) this.#write(`shop/${path}`, text);
  }

  /** Every path of the workspace with its content; of the state folder what is left in it. */
  tree(): Record<string, string> {
    return { ...contentsOf(this.#workspace), ...contentsOf(join(this.folder, 'state')) };
  }

  run(): Outcome {
    return this.#outcome(spawnSync(process.execPath, this.#command(), this.#options()));
  }

  /** Runs once undisturbed and learns which paths are touched; from then on only calls on these count. */
  learn(): Outcome {
    const log = join(this.folder, 'learn.log');
    const traced = ['-f', '-qq', '-y', '-o', log, '-e', `trace=${OPERATIONS.join(',')}`, process.execPath, ...this.#command()];
    const result = spawnSync('strace', traced, this.#options());
    if (result.status !== 0) throw new Error(`svc new failed undisturbed: ${result.stderr}`);
    // The first thread is Node loading the program; svc's own files are touched by the one for files.
    const lines = readFileSync(log, 'utf8').split('\n');
    const loading = `${lines[0]?.split(' ')[0]} `;
    const own = lines.filter((line) => !line.startsWith(loading)).join('\n');
    const paths = [...own.matchAll(/["<]([^">]+)[">]/g)].map(([, path = '']) => path);
    this.#paths = [...new Set(paths)].filter((path) => /^(shop|state)(\/|$)/.test(relative(this.folder, path)));
    this.reset();
    return this.traced();
  }

  traced(fault?: Fault): Outcome {
    const log = join(this.folder, 'run.log');
    const inject = fault ? ['-e', `inject=${fault.operation}:${fault.how}:when=${fault.at}`] : [];
    const filter = [...this.#paths.flatMap((path) => ['-P', path]), '-e', `trace=${OPERATIONS.join(',')}`];
    const result = spawnSync(
      'strace',
      ['-f', '-qq', '-o', log, ...filter, ...inject, process.execPath, ...this.#command()],
      this.#options(),
    );
    return this.#outcome(result, readFileSync(log, 'utf8'), fault);
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #outcome(result: ReturnType<typeof spawnSync>, log = '', fault?: Fault): Outcome {
    const calls = OPERATIONS.map((operation) => [operation, log.match(new RegExp(`^\\d+ +${operation}\\(`, 'gm'))?.length ?? 0]);
    const killed = fault?.how === 'signal=KILL' && log.includes('+++ killed by SIGKILL +++') ? 1 : 0;
    return {
      exitCode: result.status,
      signal: result.signal,
      stderr: String(result.stderr),
      calls: Object.fromEntries(calls) as Outcome['calls'],
      injected: killed + (log.match(/\(INJECTED\)/g)?.length ?? 0),
    };
  }

  #command(): readonly string[] {
    return [svc, 'new', '../template', 'orders', '--yes', '--no-install', '--no-git'];
  }

  /** One thread for files, because strace counts the calls of each thread by itself. */
  #options() {
    const env = {
      ...process.env,
      UV_THREADPOOL_SIZE: '1',
      XDG_STATE_HOME: join(this.folder, 'state'),
      NODE_OPTIONS: `--require ${join(this.folder, 'fixed-names.cjs')}`,
    };
    return { cwd: this.#workspace, encoding: 'utf8', env } as const;
  }

  #write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }
}

/** Temporary names are random; here they are counted, so that every run touches the same paths. */
const FIXED_NAMES = `
const crypto = require('node:crypto');
let count = 0;
crypto.randomBytes = (bytes) => Buffer.alloc(bytes, (count += 1));
require('node:module').syncBuiltinESMExports();
`;

const TEMPLATE = {
  'template.yaml': `apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: { name: tiny }
spec:
  type: service
  parameters: [{ title: Service, required: [name], properties: { name: { type: string } } }]
  steps: [{ id: new, action: 'svckit:new' }]
  svckit:
    version: 1.0.0
    ownership: [{ paths: [CODEOWNERS], mode: region }]
`,
  'files/README.md.hbs': '# <% name %>\n',
  'files/src/main.ts': 'export {};\n',
  'files/catalog-info.yaml': 'kind: Component\n',
  'repository/CODEOWNERS.hbs': '/<% svc.servicePath %>/ @team\n',
  'repository/.github/workflows/__name__.yml': 'on: push\n',
};

const WORKSPACE = {
  'svc.yaml': '',
  'catalog-info.yaml': 'kind: Location\nspec:\n  targets:\n    - ./services/products/catalog-info.yaml\n',
  'services/products/catalog-info.yaml': 'kind: Component\n',
  CODEOWNERS: '* @everyone\n',
};

function contentsOf(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {};
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath ?? entry.path, entry.name)).sort();
  return Object.fromEntries(paths.map((path) => [relative(dirname(folder), path), readFileSync(path, 'latin1')]));
}
