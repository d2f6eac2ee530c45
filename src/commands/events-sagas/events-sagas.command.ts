import type { CommandSpec, Flags } from '../../cli/command.ts';
import { SvcError } from '../../errors.ts';
import { connect } from '../../target/local/client.ts';
import { pickServices, readWorkspace } from '../../workspace/read.ts';
import { type Result, view } from './events-sagas.view.ts';

type Input = { readonly services: readonly string[] } & (
  | { readonly did: 'list'; readonly stuck: boolean }
  | { readonly did: 'retry' | 'compensate'; readonly id: string; readonly reason: string }
);

/** `svc events sagas`: what takes more than one service and has not ended, and how to mend it by hand. */
export const eventsSagas: CommandSpec<Input, Result> = {
  name: 'events sagas',
  summary: 'Show sagas on this machine that have not ended, and mend one by hand',
  examples: [
    ['svc events sagas', 'of every service'],
    ['svc events sagas orders --stuck', 'those of one whose step should be over by now'],
    ['svc events sagas --retry 01a20b7c', 'have one tried at once; its whole id'],
    ['svc events sagas --compensate 01a20b7c --reason "the buyer called"', 'turn one back, where it is not decided yet'],
  ],
  completes: 'service',
  declare: (command) =>
    command
      .argument('[service...]', 'services (default: all)')
      .option('--stuck', 'only those whose step should be over by now')
      .option('--retry <id>', 'have this one tried at once')
      .option('--compensate <id>', 'turn this one back')
      .option('--reason <text>', 'why it is turned back'),
  parse,
  async run(input, runtime) {
    const workspace = await readWorkspace(runtime.fs, runtime.cwd);
    pickServices(workspace, input.services);
    const system = await connect(runtime, workspace);
    if (input.did === 'list') return { did: 'list', sagas: await system.sagas({ services: input.services, stuck: input.stuck }) };
    const { services, did, id, reason } = input;
    return { did, id, services: mended(await system.mendSaga({ services, id, how: did, reason }), input) };
  },
  view,
  toJson: (result) => (result.did === 'list' ? { sagas: result.sagas } : { did: result.did, id: result.id, services: result.services }),
};

function parse(services: readonly string[], flags: Flags): Input {
  const [retry, compensate, reason] = ['retry', 'compensate', 'reason'].map((flag) => flags[flag] as string | undefined);
  const stuck = flags['stuck'] === true;
  if (retry !== undefined && compensate !== undefined) throw invalid('--retry and --compensate do not go together');
  if (reason !== undefined && compensate === undefined) throw invalid('--reason says why a saga is turned back');
  const id = retry ?? compensate;
  if (id === undefined) return { did: 'list', services, stuck };
  if (stuck) throw invalid('--stuck is for the list: one saga is mended by its id');
  return { did: retry === undefined ? 'compensate' : 'retry', services, id, reason: reason ?? 'turned back by hand' };
}

function invalid(message: string): SvcError {
  return new SvcError('input/invalid', message, {
    hint: 'svc events sagas lists them; svc events sagas --retry <id>, or --compensate <id> --reason <text>',
  });
}

function mended(services: readonly string[], { did, id }: { readonly did: Input['did']; readonly id: string }): readonly string[] {
  if (services.length > 0) return services;
  const why = did === 'retry' ? 'has ended, or there is none' : 'is decided already, or there is none';
  throw new SvcError('input/invalid', `The saga ${id} ${why}`, { hint: 'svc events sagas lists those that have not ended' });
}
