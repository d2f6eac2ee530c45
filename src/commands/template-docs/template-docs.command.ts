import type { CommandSpec } from '../../cli/command.ts';
import { SvcError } from '../../errors.ts';
import { unsafeReason } from '../../plan/path.ts';
import { documentTemplate, type TemplateDocs } from '../../template/author/docs.ts';
import { view } from './template-docs.view.ts';

interface Input {
  readonly folder: string;
  readonly write: string | undefined;
}

/** `svc template docs`: a template in Markdown. */
export const templateDocs: CommandSpec<Input, TemplateDocs> = {
  name: 'template docs',
  summary: 'Describe a template in Markdown: files, inputs, versions',
  completes: 'folder',
  examples: [
    ['svc template docs', 'the template in this folder'],
    ['svc template docs ./my-template --write README.md', 'into its README, between two markers'],
  ],
  declare: (command) =>
    command
      .argument('[folder]', 'folder of the template (default: this folder)')
      .option('--write <file>', 'put it into a file of that folder, between two markers'),
  parse: ([folder = '.'], { write }) => {
    const file = typeof write === 'string' ? write : undefined;
    const fault = file === undefined ? undefined : unsafeReason(file);
    if (fault === undefined) return { folder, write: file };
    throw new SvcError('input/invalid', `${file} cannot be written: ${fault}`, {
      hint: 'Name a file as seen from the template’s folder: --write README.md',
    });
  },
  run: documentTemplate,
  view,
  toJson: ({ template, markdown, file, changed }) => ({ template, markdown, file, changed }),
};
