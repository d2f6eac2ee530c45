import { isAbsolute, join, relative } from 'node:path';
import type { CommandSpec } from '../../cli/command.ts';
import { EXIT, SvcError } from '../../errors.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { connect } from '../../target/kubernetes/deploy/deploy.ts';
import { readClusterEnvironment } from '../../target/kubernetes/deploy/environment.ts';
import { type Standing, standingsOf } from '../../target/kubernetes/list.ts';
import { find } from '../../target/local/client.ts';
import { type Axes, axesOf } from '../../upgrade/axes.ts';
import { readWorkspace } from '../../workspace/read.ts';
import type { Service, Workspace } from '../../workspace/workspace.ts';
import { type ClusterListing, type Health, type Listing, type Result, type Row, view } from './list.view.ts';

interface Input {
  readonly folder: string | undefined;
  readonly behind: boolean;
  readonly drifted: boolean;
  /** An environment on a cluster. */
  readonly environment: string | undefined;
}

export const list: CommandSpec<Input, Result> = {
  name: 'list',
  summary: 'Show every service: owner, version, template, how it is doing and where',
  examples: [
    ['svc list', 'the workspace, or every service below this folder'],
    ['svc list ~/work', 'every service below another folder'],
    ['svc list --behind --drifted', 'those whose template is newer, or whose files of the template were changed'],
    ['svc list --env staging', 'what runs in a cluster, and the cause where it is not well'],
    ['svc list --json', 'for scripts'],
  ],
  declare: (command) =>
    command
      .argument('[folder]', 'where to look (default: this folder)')
      .option('--behind', 'only services whose template has a newer version; asks git and npm too where it came from there')
      .option('--drifted', 'only services with changes to files that are the template’s')
      .option('--env <environment>', 'how they stand in an environment of svc.yaml, on a cluster'),
  parse([folder], flags) {
    const environment = flags['env'] === undefined || flags['env'] === 'local' ? undefined : String(flags['env']);
    const input = { folder, behind: flags['behind'] === true, drifted: flags['drifted'] === true, environment };
    if (environment === undefined || (!input.behind && !input.drifted)) return input;
    throw new SvcError('input/invalid', '--env tells what runs, --behind and --drifted what is in the files', {
      hint: 'Ask for one of them at a time',
    });
  },
  async run({ folder = '.', behind, drifted, environment }, runtime) {
    const from = isAbsolute(folder) ? folder : join(runtime.cwd, folder);
    const workspace = await readWorkspace(runtime.fs, from);
    if (environment !== undefined) return listCluster(environment, workspace, runtime);
    const [local, axes] = await Promise.all([localHealth(runtime, workspace.root), axesOf(workspace, { behind, drifted }, runtime)]);
    const all = workspace.services.map((service) => rowOf(service, workspace.root, { local, axes: axes.get(service.folder) ?? {} }));
    const rows = all.filter((row) => (!behind && !drifted) || (behind && row.behind) || (drifted && row.drifted?.length) || isUnknown(row));
    return { root: workspace.root, rows, hidden: all.length - rows.length };
  },
  view,
  toJson: (result) => ('standings' in result ? clusterJson(result) : listingJson(result)),
  exitCode: (result) => {
    const isWell = 'standings' in result ? result.standings.every(isFine) : result.rows.every(({ problems }) => problems.length === 0);
    return isWell ? EXIT.ok : EXIT.failed;
  },
};

function listingJson({ root, rows }: Listing): object {
  return {
    root,
    services: rows.map(({ name, owner, system, version, template, behind, drifted, folder, environments, problems }) => {
      return { name, owner, system, version, template, behind, drifted, folder, environments, problems };
    }),
  };
}

function clusterJson({ environment, context, namespace, standings }: ClusterListing): object {
  const services = standings.map(({ service, state, record, images, pods, why }) => {
    return { service, state, revision: record?.revision, phase: record?.phase, by: record?.by, at: record?.at, images, pods, why };
  });
  return { environment, context, namespace, services };
}

/** What was never deployed there is no failure. */
function isFine({ state }: Standing): boolean {
  return state === 'ready' || state === 'none';
}

async function listCluster(name: string, { root, services }: Workspace, runtime: Runtime): Promise<ClusterListing> {
  const environment = await readClusterEnvironment(name, root, runtime.fs);
  const { api, context } = await connect(environment, runtime);
  const standings = await standingsOf(
    services.map((service) => service.name),
    api,
  );
  return { environment: name, context, namespace: api.namespace, standings };
}

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
