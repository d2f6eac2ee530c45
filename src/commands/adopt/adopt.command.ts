import { join } from 'node:path';
import type { CommandSpec } from '../../cli/command.ts';
import { answersOf, collect } from '../../cli/flags.ts';
import { EXIT } from '../../errors.ts';
import { adoptService } from '../../upgrade/adopt/adopt.ts';
import type { Adoption } from '../../upgrade/adopt/adoption.ts';
import { summary, view } from './adopt.view.ts';

interface Input {
  readonly path: string;
  readonly template: string | undefined;
  readonly set: readonly (readonly [name: string, value: string])[];
  readonly takeOwned: boolean;
  readonly dryRun: boolean;
  readonly yes: boolean;
}

/** `svc adopt`: a service that no template made gets one, nothing of it lost. */
export const adopt: CommandSpec<Input, Adoption> = {
  name: 'adopt',
  summary: 'Take in a service that svc did not make: merge it with a template',
  examples: [
    ['svc adopt --dry-run', 'see what would happen to the service in this folder, and write nothing'],
    ['svc adopt services/orders', 'the service in that folder'],
    ['svc adopt --template http-service --set owner=team-shop', 'name the template, and an answer'],
    ['svc upgrade --continue', 'after you have settled conflicts'],
    ['svc upgrade --abort', 'take an adoption with conflicts back'],
  ],
  declare: (command) =>
    command
      .argument('[path]', 'folder of the service (default: this folder)')
      .option('--template <name>', 'the template, as svc new takes it (default: the one that fits)')
      .option('--set <input=value>', 'an answer; may be repeated, lists are separated by commas', collect)
      .option('--take-owned', 'let the template’s own files replace yours')
      .option('--dry-run', 'show what would happen to each file, and write nothing')
      .option('-y, --yes', 'ask nothing'),
  parse: ([path = '.'], flags) => ({
    path,
    template: typeof flags['template'] === 'string' ? flags['template'] : undefined,
    set: answersOf(flags),
    takeOwned: flags['takeOwned'] === true,
    dryRun: flags['dryRun'] === true,
    yes: flags['yes'] === true,
  }),
  run: (input, runtime) => adoptService({ ...input, summary }, runtime),
  view,
  toJson: ({ state, name, folder, root, template, answers, files, notes }) => ({
    state,
    name,
    folder,
    template,
    answers,
    files: files.map(({ path, fate, ownership, message }) => ({ path: join(root, path), fate, ownership, message })),
    notes,
  }),
  exitCode: ({ files }) => (files.some(({ fate }) => fate === 'conflict') ? EXIT.conflict : EXIT.ok),
};
