import type { CommandSpec, Flags } from '../../cli/command.ts';
import { SvcError } from '../../errors.ts';
import { connect } from '../../target/local/client.ts';
import { pickServices, readWorkspace } from '../../workspace/read.ts';
import { type Result, view } from './events-replay.view.ts';

interface Input {
  readonly services: readonly string[];
  /** Undefined for all. */
  readonly id: string | undefined;
}

/** `svc events replay`: has dead events handled again. */
export const eventsReplay: CommandSpec<Input, readonly Result[]> = {
  name: 'events replay',
  summary: 'Have events handled again that services on this machine could not handle',
  examples: [
    ['svc events replay mailer 7', 'the event 7 of svc events dead, and the others of its key'],
    ['svc events replay mailer --all', 'all of one service'],
    ['svc events replay --all', 'of every service'],
  ],
  completes: 'service',
  declare: (command) =>
    command
      .argument('[service]', 'whose events')
      .argument('[id]', 'one of them, as svc events dead shows it')
      .option('--all', 'all of them'),
  parse,
  async run({ services, id }, runtime) {
    const workspace = await readWorkspace(runtime.fs, runtime.cwd);
    pickServices(workspace, services);
    const system = await connect(runtime, workspace);
    const replayed = await system.replay(services, id);
    if (id !== undefined && replayed.every(({ letters }) => letters === 0)) {
      throw new SvcError('input/invalid', `${services.join()} has no dead event ${id}`, {
        hint: `See: svc events dead ${services.join()}`,
      });
    }
    const running = new Set((await system.status()).services.map(({ name }) => name));
    return replayed.filter(({ letters }) => letters > 0).map((each) => ({ ...each, running: running.has(each.service) }));
  },
  view,
  toJson: (replayed) => ({ replayed }),
};

function parse([service, id]: readonly string[], flags: Flags): Input {
  const all = flags['all'] === true;
  if (all === (id !== undefined)) {
    throw new SvcError(
      'input/invalid',
      all ? '--all and the id of an event do not go together' : 'Say which events are to be handled again',
      {
        hint: 'svc events replay mailer 7, or svc events replay --all; svc events dead lists them',
      },
    );
  }
  if (id !== undefined && !/^[1-9]\d{0,17}$/.test(id)) {
    throw new SvcError('input/invalid', `${id} is no id of a dead event`, { hint: 'It is the number that svc events dead shows under ID' });
  }
  return { services: service === undefined ? [] : [service], id };
}
