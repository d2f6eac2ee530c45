import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { nodeRuntime } from '../../src/runtime/node/runtime.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { createService } from '../../src/template/create/create.ts';
import type { Addition } from '../../src/upgrade/add.ts';
import { type Upgrade, type UpgradeOrder, upgradeService } from '../../src/upgrade/upgrade.ts';

const ROOT = join(import.meta.dirname, '../..');

export type Answers = Readonly<Record<string, string>>;

/** Services of the bundled template, on a real disk and with real git, made and changed without a process of their own. */
export class Services {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'svckit-add-')));
  readonly runtime: Runtime;

  constructor() {
    const real = nodeRuntime(new AbortController().signal, () => {});
    const paths = { ...real.paths, state: join(this.folder, 'state'), program: this.folder, templates: join(ROOT, 'templates') };
    this.runtime = { ...real, cwd: this.folder, paths, terminal: { interactive: false, columns: 80 } };
    put(join(this.folder, 'chassis/svckit-chassis-0.1.0-abc.tgz'), 'chassis');
  }

  /** A service called `orders` in a folder of its own; in git where it is to be edited. */
  async make(answers: Answers, at = 'orders'): Promise<Service> {
    const set = Object.entries({ owner: 'payments', ...answers });
    const order = { template: 'http-service', name: 'orders', dir: at, answersFile: undefined, yes: true, dryRun: false } as const;
    await createService({ ...order, set, install: false, git: false, summary: () => '' }, this.runtime);
    return new Service(join(this.folder, at), this.runtime);
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export class Service {
  readonly folder: string;
  readonly runtime: Runtime;

  constructor(folder: string, runtime: Runtime) {
    this.folder = folder;
    this.runtime = runtime;
  }

  add(capability: string, ...values: readonly string[]): Promise<Upgrade> {
    return this.upgrade({ add: { capability, values } satisfies Addition });
  }

  upgrade(order: Partial<UpgradeOrder> = {}): Promise<Upgrade> {
    return upgradeService({ path: this.folder, set: [], dryRun: false, yes: true, summary: () => '', ...order }, this.runtime);
  }

  /** What the user does to a file; undefined deletes it. */
  edit(path: string, content: string | undefined): void {
    if (content === undefined) rmSync(join(this.folder, path), { recursive: true });
    else put(join(this.folder, path), content);
  }

  replace(path: string, ...changes: readonly (readonly [old: string | RegExp, now: string])[]): void {
    const text = changes.reduce((before, [old, now]) => before.replaceAll(old, now), this.read(path));
    if (text === this.read(path)) throw new Error(`nothing to replace in ${path}`);
    this.edit(path, text);
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  /** Every file with its text, git's own left out; `*` after the path of an executable one. */
  tree(): Record<string, string> {
    const files = readdirSync(this.folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const paths = files.map((entry) => join(entry.parentPath, entry.name)).filter((path) => !path.includes('/.git/'));
    const name = (path: string) => `${path.slice(this.folder.length + 1)}${statSync(path).mode & 0o100 ? '*' : ''}`;
    return Object.fromEntries(paths.sort().map((path) => [name(path), readFileSync(path).toString('latin1')]));
  }

  commit(): void {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: this.folder });
    git('init', '--quiet');
    git('add', '--all');
    git('-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--allow-empty', '-m', 'as it is');
  }
}

function put(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
