import type { CommandSpec } from '../../cli/command.ts';
import { EXIT } from '../../errors.ts';
import { checkTemplateFolder, type TemplateCheck } from '../../template/author/check.ts';
import { isError } from '../../template/author/finding.ts';
import type { Recording } from '../../template/author/history.ts';
import { view } from './template-check.view.ts';

interface Input {
  readonly folder: string;
  readonly recording: Recording;
}

/** `svc template check`: everything that is wrong with a template, told to its author. */
export const templateCheck: CommandSpec<Input, TemplateCheck> = {
  name: 'template check',
  summary: 'Tell everything that is wrong with a template, and record its version',
  completes: 'folder',
  examples: [
    ['svc template check', 'the template in this folder'],
    ['svc template check ./my-template --record', 'write its new version into versions.json'],
    ['svc template check ./my-template --json', 'for scripts; exit 1 where there is an error'],
  ],
  declare: (command) =>
    command
      .argument('[folder]', 'folder of the template (default: this folder)')
      .option('--record', 'write the version into versions.json, where nothing is wrong')
      .option('--replace', 'record a version anew that nobody has used yet'),
  parse: ([folder = '.'], { record, replace }) => ({ folder, recording: replace === true ? 'anew' : record === true ? 'new' : 'no' }),
  run: checkTemplateFolder,
  view,
  toJson: ({ folder, template, inputs, files, findings, recorded }) => ({
    folder,
    template,
    inputs,
    files,
    findings: findings.map(({ severity, file, line, message }) => ({ severity, file, line, message })),
    recorded,
  }),
  exitCode: ({ findings }) => (findings.some(isError) ? EXIT.failed : EXIT.ok),
};
