import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fleetOptions, fleetWhere } from '../../../src/fleet/options.ts';
import { type FleetOrder, type FleetReport, upgradeFleet } from '../../../src/fleet/upgrade-fleet.ts';
import { nodeRuntime } from '../../../src/runtime/node/runtime.ts';
import type { ProgressEvent, Runtime } from '../../../src/runtime/runtime.ts';
import { createService } from '../../../src/template/create/create.ts';

export type Files = Readonly<Record<string, string | undefined>>;

/** Twenty lines; those given stand in the place of the line with the same number. */
export function lines(...changed: readonly string[]): string {
  const line = (number: number) => changed.find((each) => each.startsWith(`${number} `)) ?? `${number} as it was`;
  return Array.from({ length: 20 }, (_, number) => `${line(number)}\n`).join('');
}

/** A template, services made from it, each in a repository of its own, and a state folder that nobody else uses. */
export class FleetScene {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'svckit-fleet-')));
  readonly template = join(this.folder, 'template');
  readonly progress: ProgressEvent[] = [];
  readonly runtime: Runtime;

  constructor(env: Readonly<Record<string, string>> = {}) {
    const real = nodeRuntime(new AbortController().signal, (event) => void this.progress.push(event));
    const paths = { ...real.paths, state: join(this.folder, 'state'), cache: join(this.folder, 'cache') };
    this.runtime = { ...real, env: { ...real.env, ...env }, cwd: this.folder, paths, terminal: { interactive: false, columns: 80 } };
  }

  /** The template is this from now on. */
  release(version: string, files: Files, svckit = ''): void {
    rmSync(this.template, { recursive: true, force: true });
    const manifest = `apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: { name: tiny }
spec:
  type: service
  parameters:
    - title: Service
      required: [name]
      properties:
        name: { type: string, pattern: '^[a-z-]+$' }
        owner: { type: string, default: nobody }
  steps: [{ id: new, action: 'svckit:new' }]
  svckit:
    version: ${version}
${svckit}`;
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
    const order = { answersFile: undefined, yes: true, dryRun: false, install: false, git: false, summary: () => '' };
    await createService({ ...order, template: pathToFileURL(this.template).href, name, dir: at, set: [['owner', owner]] }, this.runtime);
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
    this.git(folder, 'add', '--all');
    this.git(folder, 'commit', '--quiet', '--allow-empty', '--message', message);
  }

  git(folder: string, ...args: readonly string[]): string {
    const identity = ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.com', '-c', 'commit.gpgsign=false'];
    return execFileSync('git', [...identity, ...args], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
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
    else {
      mkdirSync(dirname(at), { recursive: true });
      writeFileSync(at, content);
    }
  }
}
