import type { CommandSpec } from '../../cli/command.ts';
import { EXIT } from '../../errors.ts';
import { connect } from '../../target/kubernetes/deploy/deploy.ts';
import { readClusterEnvironment } from '../../target/kubernetes/deploy/environment.ts';
import { statusOf } from '../../target/kubernetes/deploy/status.ts';
import { pickServices, readWorkspace } from '../../workspace/read.ts';
import { type Result, view } from './status.view.ts';

interface Input {
  readonly service: string;
  readonly environment: string;
}

export const status: CommandSpec<Input, Result> = {
  name: 'status',
  summary: 'Show how a service stands in a cluster, why it is not well, and who deployed what',
  examples: [
    ['svc status orders --env staging', 'its last deploys, and the cause where it is not well'],
    ['svc status orders --env staging --json', 'for scripts; exit code 1 where it is not well'],
  ],
  completes: 'service',
  declare: (command) =>
    command.argument('<service>', 'a service of the workspace').requiredOption('--env <environment>', 'an environment of svc.yaml'),
  parse: ([service = ''], flags) => ({ service, environment: String(flags['env']) }),
  async run({ service, environment: name }, runtime) {
    const workspace = await readWorkspace(runtime.fs, runtime.cwd);
    pickServices(workspace, [service]);
    const environment = await readClusterEnvironment(name, workspace.root, runtime.fs);
    const { api, context } = await connect(environment, runtime);
    return { ...(await statusOf(service, api)), environment: name, context, namespace: api.namespace };
  },
  view,
  toJson: ({ service, environment, context, namespace, record, workloads }) => ({
    service,
    environment,
    context,
    namespace,
    phase: record.phase,
    revision: record.revision,
    by: record.by,
    at: record.at,
    workloads: workloads.map(({ object, state, waitsFor, evidence }) => ({ object, state, waitsFor, ...evidence })),
    releases: record.releases.map(({ objects, ...release }) => ({ ...release, kept: objects !== undefined })),
  }),
  exitCode: ({ workloads }) => (workloads.every(({ state }) => state === 'ready') ? EXIT.ok : EXIT.failed),
};
