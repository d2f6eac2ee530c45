import type { CommandSpec } from '../../cli/command.ts';
import { connect } from '../../target/kubernetes/deploy/deploy.ts';
import { readClusterEnvironment } from '../../target/kubernetes/deploy/environment.ts';
import { readRecord } from '../../target/kubernetes/deploy/record.ts';
import { pickServices, readWorkspace } from '../../workspace/read.ts';
import { type Result, view } from './deploy-history.view.ts';

interface Input {
  readonly services: readonly string[];
  readonly environment: string;
}

export const deployHistory: CommandSpec<Input, Result> = {
  name: 'deploy history',
  summary: 'Show who deployed which images to a cluster, when, and how it ended',
  examples: [
    ['svc deploy history orders --env staging', 'the last twenty deploys of a service'],
    ['svc deploy history --env staging --json', 'of every service of the workspace, for scripts'],
  ],
  completes: 'service',
  declare: (command) =>
    command.argument('[service...]', 'services (default: all)').requiredOption('--env <environment>', 'an environment of svc.yaml'),
  parse: (services, flags) => ({ services, environment: String(flags['env']) }),
  async run({ services: names, environment: name }, runtime) {
    const workspace = await readWorkspace(runtime.fs, runtime.cwd);
    const picked = pickServices(workspace, names);
    const environment = await readClusterEnvironment(name, workspace.root, runtime.fs);
    const { api, context } = await connect(environment, runtime);
    const services = await Promise.all(picked.map(async ({ name: service }) => ({ service, record: await readRecord(service, api) })));
    return { environment: name, context, namespace: api.namespace, services };
  },
  view,
  toJson: ({ environment, context, namespace, services }) => ({
    environment,
    context,
    namespace,
    services: services.map(({ service, record }) => ({
      service,
      phase: record?.phase,
      releases: (record?.releases ?? []).map(({ objects, ...release }) => ({ ...release, kept: objects !== undefined })),
    })),
  }),
};
