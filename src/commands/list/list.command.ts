import { isAbsolute, join, relative } from 'node:path';
import type { CommandSpec } from '../../cli/command.ts';
import { EXIT } from '../../errors.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { find } from '../../target/local/client.ts';
import { type Axes, axesOf } from '../../upgrade/axes.ts';
import { readWorkspace } from '../../workspace/read.ts';
import type { Problem, Service } from '../../workspace/workspace.ts';
import { view } from './list.view.ts';

interface Input {
  readonly folder: string | undefined;
  readonly behind: boolean;
  readonly drifted: boolean;
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
  /** `offered` is the version that the template has now. */
  readonly template: { readonly name: string; readonly version: string; readonly offered?: string } | undefined;
  /** Absent where no template made it, or what the template has now is not known. */
  readonly behind?: boolean;
  /** Changed files of the template's own; absent where nobody asked. */
  readonly drifted?: readonly string[];
  /** Relative to the root. */
  readonly folder: string;
  /** By environment; an environment where it does not run is absent. */
  readonly environments: Readonly<Record<string, Health>>;
  readonly problems: readonly Problem[];
}

export interface Result {
  readonly root: string;
  readonly rows: readonly Row[];
  /** How many services there are besides those that are shown. */
  readonly hidden: number;
}

export const list: CommandSpec<Input, Result> = {
  name: 'list',
  summary: 'Show every service: owner, version, template, how it is doing and where',
  examples: [
    ['svc list', 'the workspace, or every service below this folder'],
    ['svc list ~/work', 'every service below another folder'],
    ['svc list --behind --drifted', 'those whose template is newer, or whose files of the template were changed'],
    ['svc list --json', 'for scripts'],
  ],
  declare: (command) =>
    command
      .argument('[folder]', 'where to look (default: this folder)')
      .option('--behind', 'only services whose template has a newer version; asks git and npm too where it came from there')
      .option('--drifted', 'only services with changes to files that are the template’s'),
  parse: ([folder], flags) => ({ folder, behind: flags['behind'] === true, drifted: flags['drifted'] === true }),
  async run({ folder = '.', behind, drifted }, runtime) {
    const from = isAbsolute(folder) ? folder : join(runtime.cwd, folder);
    const workspace = await readWorkspace(runtime.fs, from);
    const [local, axes] = await Promise.all([localHealth(runtime, workspace.root), axesOf(workspace, { behind, drifted }, runtime)]);
    const all = workspace.services.map((service) => rowOf(service, workspace.root, { local, axes: axes.get(service.folder) ?? {} }));
    const rows = all.filter((row) => (!behind && !drifted) || (behind && row.behind) || (drifted && row.drifted?.length) || isUnknown(row));
    return { root: workspace.root, rows, hidden: all.length - rows.length };
  },
  view,
  toJson: ({ root, rows }) => ({
    root,
    services: rows.map(({ name, owner, system, version, template, behind, drifted, folder, environments, problems }) => {
      return { name, owner, system, version, template, behind, drifted, folder, environments, problems };
    }),
  }),
  exitCode: ({ rows }) => (rows.some(({ problems }) => problems.length > 0) ? EXIT.failed : EXIT.ok),
};

async function localHealth(runtime: Runtime, root: string): Promise<ReadonlyMap<string, Health>> {
  const system = await find(runtime, { root });
  const services = (await system?.status())?.services ?? [];
  return new Map(services.map(({ name, condition, url }) => [name, { state: condition, url }]));
}

/** What cannot be told is not left out. */
function isUnknown({ template, behind, problems }: Row): boolean {
  return template !== undefined && behind === undefined && problems.length > 0;
}

interface Known {
  readonly local: ReadonlyMap<string, Health>;
  readonly axes: Axes;
}

function rowOf(service: Service, root: string, { local, axes: { offered, behind, drifted, problem } }: Known): Row {
  const { name, owner, system, version, lock, problems } = service;
  const where = relative(root, service.folder) || '.';
  const health = local.get(name);
  return {
    name,
    owner,
    system,
    version,
    template: lock && { name: lock.template.name, version: lock.template.version, ...(offered !== undefined && { offered }) },
    ...(behind !== undefined && { behind }),
    ...(drifted !== undefined && { drifted }),
    folder: where,
    environments: health ? { local: health } : {},
    problems: problem ? [...problems, { where, message: problem.message, hint: problem.hint }] : problems,
  };
}
