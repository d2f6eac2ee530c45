import type { CommandSpec } from '../../cli/command.ts';
import { collect } from '../../cli/flags.ts';
import { EXIT } from '../../errors.ts';
import { type TemplateTest, type TestOrder, testTemplateFolder } from '../../template/author/test.ts';
import { rehearseUpgrade } from '../../upgrade/rehearse.ts';
import { failuresOf, view } from './template-test.view.ts';

/** All that the order asks but how an upgrade is rehearsed. */
type Input = Omit<TestOrder, 'rehearse'>;

/** `svc template test`: a template rendered for its cases, for a matrix of answers, and for services of earlier versions. */
export const templateTest: CommandSpec<Input, TemplateTest> = {
  name: 'template test',
  summary: 'Render a template for its test cases and a matrix of answers, and check the results',
  completes: 'folder',
  examples: [
    ['svc template test', 'the template in this folder'],
    ['svc template test ./my-template --update', 'take what is rendered now for the snapshots'],
    ['svc template test --from ../my-template-1.3.0', 'upgrade services of an earlier version as well'],
  ],
  declare: (command) =>
    command
      .argument('[folder]', 'folder of the template (default: this folder)')
      .option('--update', 'write the snapshots anew')
      .option('--from <template>', 'an earlier version, to upgrade services from; may be repeated', collect),
  parse: ([folder = '.'], { update, from }) => ({ folder, update: update === true, from: Array.isArray(from) ? from.map(String) : [] }),
  run: (input, runtime) => testTemplateFolder({ ...input, rehearse: rehearseUpgrade }, runtime),
  view,
  toJson: ({ folder, template, cases, matrix, upgrades }) => ({ folder, template, cases, matrix, upgrades }),
  exitCode: (result) => (failuresOf(result).length > 0 ? EXIT.failed : EXIT.ok),
};
