import type { StreamSpec } from '../../cli/command.ts';
import { collect } from '../../cli/flags.ts';
import { EXIT, SvcError } from '../../errors.ts';
import { connect, sessionEnded } from '../../target/local/client.ts';
import type { SystemEvent } from '../../target/local/protocol.ts';
import { pickServices, readWorkspace } from '../../workspace/read.ts';
import { screen } from './up.view.ts';

interface Input {
  readonly services: readonly string[];
  readonly inspect: readonly string[];
}

export const up: StreamSpec<Input, SystemEvent> = {
  name: 'up',
  summary: 'Run services from their folders, and again after each edit, until Ctrl-C',
  examples: [
    ['svc up', 'every service of the workspace'],
    ['svc up orders', 'one service, with what it needs'],
    ['svc up --inspect orders', 'with a debugger port for orders'],
  ],
  completes: 'service',
  declare: (command) =>
    command
      .argument('[service...]', 'services (default: all)')
      .option('--inspect <service>', 'let a debugger connect to this service (may be given again)', collect),
  parse: (services, flags) => ({ services, inspect: (flags['inspect'] as readonly string[] | undefined) ?? [] }),
  async *stream({ services, inspect }, runtime) {
    const workspace = await readWorkspace(runtime.fs, runtime.cwd);
    pickServices(workspace, [...services, ...inspect]);
    const system = await connect(runtime, workspace);
    try {
      yield* system.up(services, inspect);
    } catch (error) {
      if (!runtime.signal.aborted) throw error;
    }
    if (runtime.signal.aborted) {
      await sessionEnded(runtime, workspace);
      return EXIT.interrupted;
    }
    throw new SvcError('local/failed', 'The background process of this workspace ended', { hint: 'Start it again: svc up' });
  },
  screen,
  toJson: (event) => event,
};
