import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ProgressEvent, Runtime } from '../../src/runtime/runtime.ts';
import { type Created, createService } from '../../src/template/create/create.ts';
import { checkService, type Upgrade, upgradeService } from '../../src/upgrade/upgrade.ts';
import { commitIn, gitIn, NEW, put, runtimeIn, temporaryFolder, tinyManifest } from './scene.ts';

/** The folders that svc may write to: everything else of a scene must stay as it is. */
const MAY_CHANGE = new Set(['target', 'cache', 'state', 'npm-cache']);

/** A machine of its own in a temporary folder: a home, a place to work in, and a repository of templates beside it. */
export class SourcesScene {
  readonly folder = temporaryFolder('svckit sources-');
  readonly target = join(this.folder, 'target');
  readonly origin = join(this.folder, 'origin');
  /** The repository as its owner sees it; what is committed is at once what others fetch. */
  readonly url = pathToFileURL(this.origin).href;
  readonly told: ProgressEvent[] = [];
  readonly runtime: Runtime;
  /** Programs that were run. */
  readonly ran: string[] = [];
  /** Added to the environment of every program; nothing here has to survive a power cut. */
  readonly env: Record<string, string> = { GIT_TEST_FSYNC: '0' };

  constructor() {
    for (const name of [...MAY_CHANGE, 'home', 'origin']) mkdirSync(join(this.folder, name));
    put(join(this.folder, 'home/secret'), 'of the user');
    const real = runtimeIn(this.folder, (event) => this.told.push(event));
    const home = { HOME: join(this.folder, 'home'), GIT_CONFIG_NOSYSTEM: '1', npm_config_cache: join(this.folder, 'npm-cache') };
    this.runtime = {
      ...real,
      cwd: this.target,
      exec: (call) => {
        this.ran.push([call.command, ...call.args].join(' '));
        return real.exec({ ...call, env: { ...home, ...this.env, ...call.env } });
      },
    };
    this.git('init', '--quiet', '--initial-branch=main');
  }

  /** git in the origin, by somebody whom it need not know. */
  git(...args: readonly string[]): string {
    return gitIn(this.origin, ...args).trim();
  }

  /** Commits a version of the template into a folder of the origin, and gives it a tag. */
  publish(
    version: string,
    files: Readonly<Record<string, string>>,
    { at = '.', tag }: { readonly at?: string; readonly tag?: string } = {},
  ): string {
    rmSync(join(this.origin, at === '.' ? 'files' : at), { recursive: true, force: true });
    for (const [path, content] of Object.entries({ 'template.yaml': tinyManifest({ version }), ...files }))
      put(join(this.origin, at, path), content);
    commitIn(this.origin, version);
    if (tag !== undefined) this.git('tag', '--force', '-a', tag, '-m', tag);
    return this.git('rev-parse', 'HEAD');
  }

  new(template: string, name = 'orders'): Promise<Created> {
    return createService({ ...NEW, template, name, dir: name, set: [] }, this.runtime);
  }

  upgrade(more: Partial<Parameters<typeof upgradeService>[0]> = {}): Promise<Upgrade> {
    return upgradeService(
      { path: join(this.target, 'orders'), set: [], dryRun: false, yes: true, summary: () => '', ...more },
      this.runtime,
    );
  }

  check = (): Promise<Upgrade> => checkService(join(this.target, 'orders'), this.runtime);

  read(path: string): string {
    return readFileSync(join(this.target, 'orders', path), 'utf8');
  }

  edit(path: string, content: string): void {
    writeFileSync(join(this.target, 'orders', path), content);
  }

  notes(): readonly string[] {
    return this.told.filter(({ state }) => state === 'done').map(({ text }) => text);
  }

  /** A program that leaves a trace where it must not: what a hostile template would have run. */
  plant(path: string): string {
    const at = join(this.folder, path);
    put(at, `#!/bin/sh\necho ran >"${join(this.folder, 'home/ran')}"\n`);
    chmodSync(at, 0o755);
    return at;
  }

  /** One hash over everything that svc must not touch. */
  outside(): string {
    const hash = createHash('sha256');
    for (const path of pathsBelow(this.folder, MAY_CHANGE)) hash.update(path);
    return hash.digest('hex');
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Each path with what is there. */
function pathsBelow(folder: string, except: ReadonlySet<string> = new Set()): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !except.has(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return [`${path}/`, ...pathsBelow(path)];
      return [`${path} ${entry.isSymbolicLink() ? readlinkSync(path) : readFileSync(path).toString('base64')}`];
    });
}
