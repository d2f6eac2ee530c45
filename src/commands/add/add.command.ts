import { join } from 'node:path';
import type { CommandSpec, Flags } from '../../cli/command.ts';
import { EXIT, SvcError } from '../../errors.ts';
import { type Addition, addable } from '../../upgrade/add.ts';
import { type Upgrade, upgradeService } from '../../upgrade/upgrade.ts';
import { type AddResult, summary, view } from './add.view.ts';

interface Input {
  /** Nothing: list what there is. */
  readonly add: Addition | undefined;
  readonly dir: string;
  readonly dryRun: boolean;
  readonly yes: boolean;
}

/** `svc add`: something that the template knows, into a service that is there already. */
export const add: CommandSpec<Input, AddResult> = {
  name: 'add',
  summary: 'Add a database, or a service that is called, to a service that is there already',
  completes: 'capability',
  examples: [
    ['svc add', 'what can be added here, and what is there'],
    ['svc add postgres --dry-run', 'see what would happen to each file, and write nothing'],
    ['svc add postgres', 'a database: code, migrations, pipeline, alerts, documentation'],
    ['svc add call products', 'a client for another service'],
  ],
  declare: (command) =>
    command
      .argument('[capability]', 'what to add; left out, they are listed')
      .argument('[value...]', 'for a list, what goes into it')
      .option('--dir <folder>', 'folder of the service (default: this folder)')
      .option('--dry-run', 'show what would happen to each file, and write nothing')
      .option('-y, --yes', 'ask nothing'),
  parse: ([capability, ...values], flags) => {
    const { dir = '.' } = flags;
    const add = capability === undefined ? undefined : { capability, values: values.flatMap((value) => value.split(',').filter(Boolean)) };
    refuseIdle(flags, add);
    return { add, dir: String(dir), dryRun: flags['dryRun'] === true, yes: flags['yes'] === true };
  },
  run: async ({ add, dir, dryRun, yes }, runtime) => {
    if (!add) return { is: 'list', list: await addable(dir, runtime) };
    const upgrade = await upgradeService({ path: dir, set: [], add, dryRun, yes, summary }, runtime);
    return { is: 'added', capability: [add.capability, ...add.values].join(' '), upgrade };
  },
  view,
  toJson: (result) => (result.is === 'list' ? result.list : { added: result.capability, ...upgradeJson(result.upgrade) }),
  exitCode: (result) => {
    if (result.is === 'list') return EXIT.ok;
    const { state, files } = result.upgrade;
    const disputed = (state === 'conflict' || state === 'planned') && files.some(({ fate }) => fate === 'conflict');
    return disputed ? EXIT.conflict : EXIT.ok;
  },
};

function refuseIdle(flags: Flags, add: Addition | undefined): void {
  if (add || (flags['dryRun'] !== true && flags['yes'] !== true)) return;
  throw new SvcError('input/invalid', 'What is to be added?', { hint: 'Name it: svc add postgres; what there is: svc add' });
}

/** As `svc upgrade` tells it. */
function upgradeJson({ state, name, folder, root, template, files, notes }: Upgrade) {
  const at = (path: string) => join(root, path);
  return {
    state,
    name,
    folder,
    template,
    files: files.map(({ path, from, ...told }) => ({ path: at(path), ...(from !== undefined && { from: at(from) }), ...told })),
    notes,
  };
}
