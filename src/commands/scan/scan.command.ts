import type { CommandSpec } from '../../cli/command.ts';
import { EXIT } from '../../errors.ts';
import type { ScanReport } from '../../fleet/scan/report.ts';
import { type ScanOrder, scan as scanPlace } from '../../fleet/scan/scan.ts';
import { view } from './scan.view.ts';

interface Input extends ScanOrder {
  readonly markdown: boolean;
  readonly check: boolean;
}

export interface Result extends ScanReport {
  readonly markdown: boolean;
  readonly check: boolean;
}

/** `svc scan`: what there is, how old, how far from its template, and what it lacks. Reads, and changes nothing. */
export const scan: CommandSpec<Input, Result> = {
  name: 'scan',
  summary: 'Look at every service of many repositories: owner, template, behind, drifted, missing standards',
  examples: [
    ['svc scan ~/work', 'every service below a folder, made by svc or not'],
    ['svc scan repositories.txt', 'a list: a path or git URL a line'],
    ['svc scan github:shop', 'every repository of an organisation'],
    ['svc scan --behind --owner team-shop', 'what a team has to upgrade'],
    ['svc scan --markdown > report.md', 'for a page or a pull request'],
    ['svc scan --check', 'exit 1 where anything is behind or drifted: for pipelines'],
  ],
  declare: (command) =>
    command
      .argument('[where]', 'a folder, a list of paths and git URLs, or an organisation (default: this folder)')
      .option('--behind', 'show only services whose template has a newer version')
      .option('--drifted', 'show only services with changes to files that are the template’s')
      .option('--owner <name>', 'look only at what this owner has')
      .option('--markdown', 'print a report in Markdown')
      .option('--check', 'exit code 1 where anything is behind or drifted, or its template cannot be read'),
  parse: ([where = '.'], flags) => ({
    where,
    behind: flags['behind'] === true,
    drifted: flags['drifted'] === true,
    owner: typeof flags['owner'] === 'string' ? flags['owner'] : undefined,
    markdown: flags['markdown'] === true,
    check: flags['check'] === true,
  }),
  async run({ markdown, check, ...order }, runtime) {
    return { ...(await scanPlace(order, runtime)), markdown, check };
  },
  view,
  toJson: ({ where, rows, summary }) => ({
    where,
    services: rows.map(({ name, place, kind, owner, catalog, template, behind, drifted, edited, missing, error }) => {
      return { name, place, kind, owner, catalog, template, behind, drifted, edited, missing, error };
    }),
    summary,
  }),
  exitCode: ({ check, summary: { behind, drifted, failed } }) => (check && behind + drifted + failed > 0 ? EXIT.failed : EXIT.ok),
};
