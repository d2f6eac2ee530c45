import { join } from 'node:path';
import type { CommandSpec } from '../../cli/command.ts';
import { EXIT, SvcError } from '../../errors.ts';
import { isDrift, type ServiceDrift, serviceDrift } from '../../upgrade/drift.ts';
import { view } from './diff.view.ts';

interface Input {
  readonly path: string;
}

/** `svc diff`: what differs from the files that the template wrote. */
export const diff: CommandSpec<Input, ServiceDrift> = {
  name: 'diff',
  summary: 'Show which files differ from what the template wrote, and whose they are',
  examples: [
    ['svc diff', 'the service in this folder'],
    ['svc diff services/orders --json', 'for scripts; exit 1 where a file of the template was changed'],
  ],
  declare: (command) => command.argument('[path]', 'folder of the service (default: this folder)'),
  parse: ([path = '.', ...more]) => {
    if (more.length === 0) return { path };
    throw new SvcError('input/invalid', `Too many words: ${more.join(' ')}`, { hint: 'Write: svc diff <folder>' });
  },
  run: ({ path }, runtime) => serviceDrift(path, runtime),
  view,
  toJson: ({ name, folder, root, template: { name: template, version }, files }) => ({
    name,
    folder,
    template: { name: template, version },
    files: files.map((file) => ({
      path: join(root, file.path),
      ownership: file.ownership,
      difference: file.difference,
      drift: isDrift(file),
    })),
  }),
  exitCode: ({ files }) => (files.some(isDrift) ? EXIT.failed : EXIT.ok),
};
