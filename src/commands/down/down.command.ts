import type { CommandSpec } from '../../cli/command.ts';
import { SvcError } from '../../errors.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { connect, find } from '../../target/local/client.ts';
import { pickServices, readWorkspace } from '../../workspace/read.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import { type Result, view } from './down.view.ts';

interface Input {
  readonly services: readonly string[];
  readonly data: boolean;
  readonly yes: boolean;
}

export const down: CommandSpec<Input, Result> = {
  name: 'down',
  summary: 'End what runs on this machine; data and addresses are kept',
  examples: [
    ['svc down', 'everything of this workspace, the database included'],
    ['svc down orders', 'one service'],
    ['svc down --data', 'and remove its databases, traces and logs: begin afresh'],
  ],
  completes: 'service',
  declare: (command) =>
    command
      .argument('[service...]', 'services (default: everything)')
      .option('--data', 'remove databases, traces and logs of this workspace too')
      .option('-y, --yes', 'ask nothing'),
  parse: (services, flags) => {
    const data = flags['data'] === true;
    if (data && services.length > 0) {
      throw new SvcError('input/invalid', '--data removes the data of the whole workspace', {
        hint: 'Leave the services out: svc down --data',
      });
    }
    return { services, data, yes: flags['yes'] === true };
  },
  async run({ services, data, yes }, runtime) {
    const workspace = await readWorkspace(runtime.fs, runtime.cwd);
    if (services.length > 0) pickServices(workspace, services);
    if (data) return forget(workspace, yes, runtime);
    const system = await find(runtime, workspace);
    if (!system) return { ended: [], rest: 'was not running' };
    return { ended: await system.down({ services, forget: false }), rest: services.length > 0 ? 'goes on' : 'ended' };
  },
  view,
  toJson: ({ ended, rest }) => ({ ended, dataRemoved: rest === 'forgotten' }),
};

/** The background process knows where everything is: it is started for this where it is down. */
async function forget(workspace: Workspace, yes: boolean, runtime: Runtime): Promise<Result> {
  const message = `Remove the databases, traces and logs of ${workspace.root}?`;
  if (!yes && !(await runtime.ask.confirm({ message, default: false }))) {
    throw new SvcError('input/cancelled', 'Cancelled', { hint: 'Nothing was ended, nothing removed' });
  }
  const system = await connect(runtime, workspace);
  return { ended: await system.down({ services: [], forget: true }), rest: 'forgotten' };
}
