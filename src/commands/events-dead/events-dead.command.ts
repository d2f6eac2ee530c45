import type { CommandSpec } from '../../cli/command.ts';
import { connect } from '../../target/local/client.ts';
import type { DeadLetter } from '../../target/local/protocol.ts';
import { pickServices, readWorkspace } from '../../workspace/read.ts';
import { view } from './events-dead.view.ts';

interface Input {
  readonly services: readonly string[];
}

/** `svc events dead`: what services could not handle, and why. */
export const eventsDead: CommandSpec<Input, readonly DeadLetter[]> = {
  name: 'events dead',
  summary: 'Show events that services on this machine could not handle',
  examples: [
    ['svc events dead', 'of every service'],
    ['svc events dead mailer', 'of one'],
    ['svc events dead --json', 'for scripts'],
  ],
  completes: 'service',
  declare: (command) => command.argument('[service...]', 'services (default: all)'),
  parse: (services) => ({ services }),
  async run({ services }, runtime) {
    const workspace = await readWorkspace(runtime.fs, runtime.cwd);
    pickServices(workspace, services);
    return (await connect(runtime, workspace)).deadLetters(services);
  },
  view,
  toJson: (letters) => ({ letters }),
};
