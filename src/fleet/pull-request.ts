import { counted } from '../document/counted.ts';
import type { FileFate } from '../upgrade/sides.ts';
import type { Upgrade } from '../upgrade/upgrade.ts';
import type { LeftService, PlannedChange, PlannedService } from './change.ts';
import type { Proposal } from './forge/forge.ts';

/** In the order in which a reviewer wants to know. */
const FATES: readonly (readonly [fate: FileFate, heading: string])[] = [
  ['conflict', 'In conflict: both changed the same place, settle these before you merge'],
  ['healed', 'The template’s own, and was changed here: that is taken back'],
  ['merged', 'Changed here and by the template, at different places: look at these'],
  ['gone', 'Removed by the template'],
  ['new', 'New'],
  ['clean', 'Changed by the template alone'],
];

/** Files shown of a long list. */
const SHOWN = 40;

/** The branch of an upgrade: its template and version are in the name, so a newer one has a branch of its own. */
export function branchOf({ change, version }: PlannedChange, prefix: string): string {
  return [`${prefix}${change.label === undefined ? '' : `${safe(change.label)}-`}${change.template}`, version].join('-');
}

/** What git allows nowhere in the name of a branch becomes a dash. */
function safe(label: string): string {
  return label.replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^-+|-+$/g, '') || 'nobody';
}

/** One line that says what the upgrade is. */
export function titleOf({ change, upgrades, version }: PlannedChange): string {
  const names = upgrades.map(({ service }) => service.name);
  const who = names.length <= 2 ? names.join(' and ') : `${names.length} services of ${change.label ?? change.repository}`;
  return `Upgrade ${who} to ${change.template} ${version}`;
}

/** The message of the commit. */
export function messageOf(plan: PlannedChange): string {
  const lines = plan.upgrades.map(({ service, upgrade }) => `${service.name}: ${way(upgrade)}, ${changedFiles(upgrade)}`);
  return `${titleOf(plan)}\n\n${lines.join('\n')}\n\nWhat was edited here is kept. To take it back: git revert this commit.\n`;
}

/** What a pull request says. The last line is for svc: it tells an upgrade from another one on a branch of the same name. */
export function proposalOf(plan: PlannedChange): Proposal {
  const draft = plan.upgrades.some(({ upgrade }) => upgrade.files.some(({ fate }) => fate === 'conflict'));
  const parts = [
    'The template of what is here has changed. This brings the change in; what was edited here is kept.',
    ...plan.upgrades.map(serviceText),
    ...leftText(plan.left),
    ...notesText(plan.upgrades),
    '### To take it back\nClose this, and nothing has happened. After the merge: revert the merge, and the service is on its old version again.',
    `<!-- svckit ${plan.digest} -->`,
  ];
  return { title: titleOf(plan), body: parts.join('\n\n'), draft };
}

/** Whether a pull request is for exactly this upgrade. */
export function isFor(body: string, { digest }: PlannedChange): boolean {
  return body.includes(`<!-- svckit ${digest} -->`);
}

function serviceText({ service, upgrade }: PlannedService): string {
  const lists = FATES.flatMap(([fate, heading]) => {
    const files = upgrade.files.filter((file) => file.fate === fate);
    if (files.length === 0) return [];
    const more = files.length > SHOWN ? [`- … and ${files.length - SHOWN} more`] : [];
    const rows = files
      .slice(0, SHOWN)
      .map(({ path, from, message }) => `- ${code(path)}${from ? ` (was ${code(from)})` : ''}${message ? `: ${message}` : ''}`);
    return [`**${heading}**\n${[...rows, ...more].join('\n')}`];
  });
  return [`### ${plain(service.name)}: ${way(upgrade)}`, ...lists].join('\n\n');
}

function leftText(left: readonly LeftService[]): readonly string[] {
  const waiting = left.filter(({ state }) => state === 'conflict');
  if (waiting.length === 0) return [];
  const rows = waiting.map(({ service }) => `- ${plain(service.name)}: \`svc upgrade ${service.prefix || '.'}\``);
  return [`### Not in here\nThese have conflicts that a person has to settle, in a checkout:\n${rows.join('\n')}`];
}

function notesText(upgrades: readonly PlannedService[]): readonly string[] {
  const notes = new Set(upgrades.flatMap(({ upgrade }) => upgrade.notes));
  return notes.size === 0 ? [] : [`### To know\n${[...notes].map((note) => `- ${note}`).join('\n')}`];
}

function way({ template: { name, from, to } }: Upgrade): string {
  return from === to ? `${name} ${to} as it is now` : `${name} ${from} to ${to}`;
}

function changedFiles({ files }: Upgrade): string {
  return counted(files.filter(({ fate }) => fate !== 'kept').length, 'file');
}

/** Names come from repositories: none of them may become a link, a mention or markup. */
function code(path: string): string {
  return `\`${path.replace(/[`\r\n]/g, '')}\``;
}

function plain(text: string): string {
  return text.replace(/[^\w .-]/g, '');
}
