import { join } from 'node:path';
import type { CommandSpec, Flags } from '../../cli/command.ts';
import { answersOf, collect } from '../../cli/flags.ts';
import { EXIT, SvcError } from '../../errors.ts';
import { type Created, createService, type Order } from '../../template/create/create.ts';
import { summary, view } from './new.view.ts';

/** All that the order asks but how its question is shown. */
type Input = Omit<Order, 'summary'>;

/** `svc new`: a service, or a workspace, from a template. */
export const newService: CommandSpec<Input, Created> = {
  name: 'new',
  summary: 'Make a service or a workspace from a template',
  completes: 'template',
  examples: [
    ['svc new', 'choose a template and answer its questions'],
    ['svc new http-service orders --yes', 'take the defaults'],
    ['svc new http-service orders --set database=postgres', 'give an answer'],
    ['svc new ./my-template orders --dry-run', 'see what a template of your own would write'],
    ['svc new github:acme/templates//worker#v1.4.0 mails', 'from a git repository, a folder in it, a tag'],
    ['svc new npm:@acme/template-worker@^1.4.0 mails', 'from an npm package'],
    ['svc new workspace shop', 'make a workspace for several services'],
  ],
  declare: (command) =>
    command
      .argument('[template]', 'a bundled template, a folder, a git repository or an npm package')
      .argument('[name]', 'name of the new service')
      .option('--set <input=value>', 'answer a question; may be repeated, lists are separated by commas', collect)
      .option('--answers <file>', 'take answers from a YAML or JSON file')
      .option('-y, --yes', 'ask nothing: take the default where no answer is given')
      .option('--dir <folder>', 'where to write (default: a folder with the name, in a workspace beside its other services)')
      .option('--dry-run', 'show what would be written, and write nothing')
      .option('--no-install', 'do not run npm install')
      .option('--no-git', 'do not make a git repository'),
  parse: ([template, name, ...more], flags) => {
    if (more.length > 0) {
      throw new SvcError('input/invalid', `Too many words: ${more.join(' ')}`, { hint: 'Write: svc new <template> <name>' });
    }
    return {
      template,
      name,
      set: answersOf(flags),
      answersFile: textOf(flags, 'answers'),
      dir: textOf(flags, 'dir'),
      yes: flags['yes'] === true,
      dryRun: flags['dryRun'] === true,
      install: flags['install'] !== false,
      git: flags['git'] !== false,
    };
  },
  run: (input, runtime) => createService({ ...input, summary }, runtime),
  view,
  toJson: ({ name, template, folder, root, dryRun, files, install, repository }) => ({
    name,
    template,
    folder,
    dryRun,
    files: files.map(({ path, kind, bytes }) => ({ path: join(root, path), change: kind, bytes })),
    install,
    repository,
  }),
  exitCode: ({ install, repository, interrupted }) => {
    if (interrupted) return EXIT.interrupted;
    return install.state === 'failed' || repository.state === 'failed' ? EXIT.failed : EXIT.ok;
  },
};

function textOf(flags: Flags, name: string): string | undefined {
  const value = flags[name];
  return typeof value === 'string' ? value : undefined;
}
