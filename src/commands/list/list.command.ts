import { isAbsolute, join, relative } from 'node:path';
import type { CommandSpec } from '../../cli/command.ts';
import { EXIT } from '../../errors.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { find } from '../../target/local/client.ts';
import { readWorkspace } from '../../workspace/read.ts';
import type { Problem, Service } from '../../workspace/workspace.ts';
import { view } from './list.view.ts';

interface Input {
  readonly folder: string | undefined;
}

/** How a service is doing in one environment. */
export interface Health {
  readonly state: string;
  readonly url: string | undefined;
}

export interface Row {
  readonly name: string;
  readonly owner: string | undefined;
  readonly system: string | undefined;
  readonly version: string | undefined;
  readonly template: { readonly name: string; readonly version: string } | undefined;
  /** Relative to the root. */
  readonly folder: string;
  /** By environment; an environment where it does not run is absent. */
  readonly environments: Readonly<Record<string, Health>>;
  readonly problems: readonly Problem[];
}

export interface Result {
  readonly root: string;
  readonly rows: readonly Row[];
}

export const list: CommandSpec<Input, Result> = {
  name: 'list',
  summary: 'Show every service: owner, version, template, how it is doing and where',
  examples: [
    ['svc list', 'the workspace, or every service below this folder'],
    ['svc list ~/work', 'every service below another folder'],
    ['svc list --json', 'for scripts'],
  ],
  declare: (command) => command.argument('[folder]', 'where to look (default: this folder)'),
  parse: ([folder]) => ({ folder }),
  async run({ folder = '.' }, runtime) {
    const from = isAbsolute(folder) ? folder : join(runtime.cwd, folder);
    const workspace = await readWorkspace(runtime.fs, from);
    const local = await localHealth(runtime, workspace.root);
    return { root: workspace.root, rows: workspace.services.map((service) => rowOf(service, workspace.root, local)) };
  },
  view,
  toJson: ({ root, rows }) => ({
    root,
    services: rows.map(({ name, owner, system, version, template, folder, environments, problems }) => {
      return { name, owner, system, version, template, folder, environments, problems };
    }),
  }),
  exitCode: ({ rows }) => (rows.some(({ problems }) => problems.length > 0) ? EXIT.failed : EXIT.ok),
};

async function localHealth(runtime: Runtime, root: string): Promise<ReadonlyMap<string, Health>> {
  const system = await find(runtime, { root });
  const services = (await system?.status())?.services ?? [];
  return new Map(services.map(({ name, condition, url }) => [name, { state: condition, url }]));
}

function rowOf(service: Service, root: string, local: ReadonlyMap<string, Health>): Row {
  const { name, owner, system, version, lock, problems } = service;
  const health = local.get(name);
  return {
    name,
    owner,
    system,
    version,
    template: lock && { name: lock.template.name, version: lock.template.version },
    folder: relative(root, service.folder) || '.',
    environments: health ? { local: health } : {},
    problems,
  };
}
