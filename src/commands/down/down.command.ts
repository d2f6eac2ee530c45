import type { CommandSpec } from '../../cli/command.ts';
import { find } from '../../target/local/client.ts';
import { pickServices, readWorkspace } from '../../workspace/read.ts';
import { view } from './down.view.ts';

interface Input {
  readonly services: readonly string[];
}

export interface Result {
  readonly ended: readonly string[];
  /** Whether everything was asked to end, database included. */
  readonly all: boolean;
  readonly wasRunning: boolean;
}

export const down: CommandSpec<Input, Result> = {
  name: 'down',
  summary: 'End what runs on this machine; data and addresses are kept',
  examples: [
    ['svc down', 'everything of this workspace, the database included'],
    ['svc down orders', 'one service'],
  ],
  completes: 'service',
  declare: (command) => command.argument('[service...]', 'services (default: everything)'),
  parse: (services) => ({ services }),
  async run({ services }, runtime) {
    const workspace = await readWorkspace(runtime.fs, runtime.cwd);
    if (services.length > 0) pickServices(workspace, services);
    const system = await find(runtime, workspace);
    return { ended: (await system?.down(services)) ?? [], all: services.length === 0, wasRunning: system !== undefined };
  },
  view,
  toJson: ({ ended }) => ({ ended }),
};
