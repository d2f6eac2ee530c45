import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fleetOptions, fleetWhere } from '../../../src/fleet/options.ts';
import { type FleetOrder, type FleetReport, upgradeFleet } from '../../../src/fleet/upgrade-fleet.ts';
import type { ProgressEvent, Runtime } from '../../../src/runtime/runtime.ts';
import { createService } from '../../../src/template/create/create.ts';
import { commitIn, gitIn, NEW, put, runtimeIn, temporaryFolder, tinyManifest } from '../scene.ts';

export type Files = Readonly<Record<string, string | undefined>>;

/** A template, services made from it, each in a repository of its own, and a state folder that nobody else uses. */
export class FleetScene {
  readonly folder = temporaryFolder('svckit-fleet-');
  readonly template = join(this.folder, 'template');
  readonly progress: ProgressEvent[] = [];
  readonly runtime: Runtime;

  constructor(env: Readonly<Record<string, string>> = {}) {
    const runtime = runtimeIn(this.folder, (event) => void this.progress.push(event));
    this.runtime = { ...runtime, env: { ...runtime.env, ...env } };
  }

  /** The template is this from now on. */
  release(version: string, files: Files, svckit = ''): void {
    rmSync(this.template, { recursive: true, force: true });
    const manifest = tinyManifest({ version, properties: '        owner: { type: string, default: nobody }', svckit });
    write(this.template, { 'template.yaml': manifest, ...files });
    // A repository, as a company has it: a path would mean nothing to whoever clones a service.
    this.git(this.template, 'init', '--quiet', '--initial-branch=main');
    this.commit(this.template, version);
  }

  /** Makes a service, with a user's own files over it. */
  async make(
    name: string,
    { at = name, edits = {}, owner = 'nobody' }: { at?: string; edits?: Files; owner?: string } = {},
  ): Promise<string> {
    const template = pathToFileURL(this.template).href;
    await createService({ ...NEW, template, name, dir: at, set: [['owner', owner]] }, this.runtime);
    const folder = join(this.folder, at);
    write(folder, edits);
    return folder;
  }

  /** Makes a service in a repository of its own, with one commit. */
  async repository(name: string, edits: Files = {}): Promise<string> {
    const folder = await this.make(name, { at: join('repositories', name), edits });
    this.git(folder, 'init', '--quiet', '--initial-branch=main');
    this.commit(folder);
    return folder;
  }

  commit(folder: string, message = 'as it is'): void {
    commitIn(folder, message);
  }

  git(folder: string, ...args: readonly string[]): string {
    return gitIn(folder, ...args);
  }

  /** `svc upgrade --all <where>` with these flags. */
  async upgrade(where: string, flags: Readonly<Record<string, unknown>> = {}, override: Partial<Runtime> = {}): Promise<FleetReport> {
    const runtime = { ...this.runtime, ...override };
    const mode: FleetOrder['mode'] = flags['status'] === true ? 'look' : flags['dryRun'] === true ? 'plan' : 'upgrade';
    const options = fleetOptions(where, flags);
    return upgradeFleet({ ...options, where: await fleetWhere(where, runtime), mode, set: [], to: undefined, yes: true }, runtime);
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** State by name. */
export function states({ rows }: FleetReport): Record<string, string> {
  return Object.fromEntries(rows.map(({ name, state }) => [name, state]));
}

function write(folder: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    const at = join(folder, path);
    if (content === undefined) rmSync(at);
    else put(at, content);
  }
}
