import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { createService } from '../../src/template/create/create.ts';
import { abortUpgrade, continueUpgrade } from '../../src/upgrade/settle.ts';
import { checkService, healService, type Upgrade, upgradeService } from '../../src/upgrade/upgrade.ts';
import { commitIn, gitIn, NEW, put, runtimeIn, temporaryFolder, tinyManifest } from './scene.ts';

export type Files = Readonly<Record<string, string | Uint8Array>>;

/** One version of a template: its payload with `files/` and `repository/`, and what its manifest says besides. */
export interface TemplateVersion {
  readonly version?: string;
  readonly files: Files;
  readonly executable?: readonly string[];
  readonly svckit?: string;
  readonly properties?: string;
  readonly required?: string;
}

/** A template in a folder and a service made from it, in a repository of its own, with real git. */
export class Scene {
  readonly folder = temporaryFolder('svckit upgradé-');
  readonly service = join(this.folder, 'orders');
  readonly template = join(this.folder, 'template');
  readonly runtime: Runtime;

  constructor(override: Partial<Runtime> = {}) {
    this.runtime = { ...runtimeIn(this.folder), ...override };
  }

  /** The template is this from now on. */
  release({ version = '1.0.0', files, executable = [], ...manifest }: TemplateVersion): void {
    rmSync(this.template, { recursive: true, force: true });
    put(join(this.template, 'template.yaml'), tinyManifest({ version, ...manifest }));
    for (const [path, content] of Object.entries(files)) put(join(this.template, path), content);
    for (const path of executable) chmodSync(join(this.template, path), 0o755);
  }

  /** Makes the service, at a path below the scene's folder. */
  async make(
    at = 'orders',
    { git = true, template = this.template }: { readonly git?: boolean; readonly template?: string } = {},
  ): Promise<void> {
    await createService({ ...NEW, template, name: 'orders', dir: at, set: [] }, this.runtime);
    if (git && !existsSync(join(this.folder, '.git')) && at === 'orders') this.git('init', '--quiet');
    if (git) this.commit();
  }

  /** What the user does to a file; undefined deletes it. */
  edit(path: string, content: string | Uint8Array | undefined): void {
    if (content === undefined) rmSync(join(this.service, path));
    else put(join(this.service, path), content);
  }

  commit(): void {
    commitIn(this.service);
  }

  git(...args: string[]): string {
    return gitIn(this.service, ...args);
  }

  upgrade(more: Partial<Parameters<typeof upgradeService>[0]> = {}): Promise<Upgrade> {
    return upgradeService({ path: this.service, set: [], dryRun: false, yes: true, summary: () => '', ...more }, this.runtime);
  }

  check = (): Promise<Upgrade> => checkService(this.service, this.runtime);
  heal = (): Promise<Upgrade> => healService({ path: this.service, yes: true, summary: () => '' }, this.runtime);
  continue = (): Promise<Upgrade> => continueUpgrade(this.service, this.runtime);
  abort = (): Promise<Upgrade> => abortUpgrade(this.service, this.runtime);

  read(path: string): string {
    return readFileSync(join(this.service, path), 'utf8');
  }

  /** Every file below a folder, git's own left out, with its text; `*` after the path of an executable one. */
  tree(folder = this.service): Record<string, string> {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const paths = files.map((entry) => join(entry.parentPath, entry.name)).filter((path) => !path.includes('/.git/'));
    return Object.fromEntries(
      paths
        .sort()
        .map((path) => [
          `${path.slice(folder.length + 1)}${statSync(path).mode & 0o100 ? '*' : ''}`,
          readFileSync(path).toString('latin1'),
        ]),
    );
  }

  /** A fresh render of the template as it is now, beside the service. */
  async fresh(): Promise<Record<string, string>> {
    const folder = join(this.folder, 'fresh', 'orders');
    rmSync(folder, { recursive: true, force: true });
    await this.make('fresh/orders', { git: false });
    return this.tree(folder);
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Fates by path. */
export function fates({ files }: Upgrade): Record<string, string> {
  return Object.fromEntries(files.map(({ path, fate }) => [path, fate]));
}
