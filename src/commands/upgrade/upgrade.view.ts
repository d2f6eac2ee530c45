import { counted } from '../../document/counted.ts';
import type { FleetRow, FleetState } from '../../fleet/change.ts';
import type { FleetReport } from '../../fleet/upgrade-fleet.ts';
import { fileFates } from '../../output/file-fates.ts';
import { plain, type Style } from '../../output/style.ts';
import { type Column, table } from '../../output/table.ts';
import { printable, printableOutput } from '../../output/text.ts';
import type { Upgrade, UpgradeState } from '../../upgrade/upgrade.ts';

/** Services that were named, or a fleet. */
export type Result = { readonly upgrades: readonly Upgrade[] } | { readonly report: FleetReport; readonly isCheck: boolean };

/** What a person sees of `svc upgrade`. */
export function view(result: Result, style: Style): string {
  if ('report' in result) return fleetView(result.report, style);
  return result.upgrades.map((upgrade) => upgradeView(upgrade, style)).join('\n');
}

/** From which version to which, what became of each file, and how to go on. */
export function upgradeView(upgrade: Upgrade, style: Style): string {
  const { state, confirmed, notes } = upgrade;
  const files = confirmed || state === 'finished' || state === 'aborted' ? [] : fileFates(upgrade.files, style);
  const told = state === 'planned' || state === 'upgraded' || state === 'healed' || state === 'conflict' ? notes : [];
  return [headline(upgrade, style), ...files, ...told.map((note) => style.faint(note)), ...nextSteps(upgrade, style)].join('\n');
}

/** The files of a plan, as the question before writing shows them. */
export function summary(upgrade: Upgrade): string {
  const { name, template } = upgrade;
  return [`${printable(name)}: ${template.name} ${template.from} to ${template.to}`, ...fileFates(upgrade.files, plain)].join('\n');
}

const SIGN: Readonly<Record<UpgradeState, string>> = {
  current: '✓',
  behind: '!',
  planned: '·',
  upgraded: '✓',
  healed: '✓',
  conflict: '!',
  finished: '✓',
  aborted: '✓',
};

function headline({ state, name, template, files }: Upgrade, style: Style): string {
  const { from, to } = template;
  const way =
    from === undefined
      ? `${template.name} ${to}`
      : from === to
        ? `${template.name} ${to} as it is now`
        : `${template.name} ${from} to ${to}`;
  const disputed = files.filter(({ fate }) => fate === 'conflict').length;
  const text: Readonly<Record<UpgradeState, string>> = {
    current: `is up to date: ${template.name} ${to}`,
    behind: `is behind: ${way}`,
    planned: `would be upgraded: ${way}`,
    upgraded: `is upgraded: ${way}`,
    healed: files.length > 0 ? `has what is the template’s again: ${template.name} ${to}` : 'has nothing to heal',
    conflict: `waits for you: ${way}, ${counted(disputed, 'file')} in conflict`,
    finished: from === undefined ? `is adopted: ${way}` : `is upgraded: ${way}`,
    aborted: from === undefined ? 'is as it was: no template made it' : `is as it was: ${template.name} ${from}`,
  };
  const paint = SIGN[state] === '✓' ? style.good : SIGN[state] === '!' ? style.warn : style.faint;
  return `${paint(SIGN[state])} ${style.strong(printable(name))} ${text[state]}`;
}

function nextSteps({ state }: Upgrade, { faint, accent }: Style): readonly string[] {
  if (state === 'planned') return [faint('Nothing was written.')];
  if (state === 'behind') return [`${faint('See what would change:')} ${accent('svc upgrade --dry-run')}`];
  if (state !== 'conflict') return [];
  return [
    faint('Edit the files in conflict until each says what it should, then go on, or take all of it back:'),
    `  ${accent('svc upgrade --continue')}`,
    `  ${accent('svc upgrade --abort')}`,
  ];
}

/** In this order in the table and in the counts: what a person has to do first. */
const FLEET: Readonly<Record<FleetState, { readonly words: string; readonly tone: 'good' | 'warn' | 'bad' | 'accent' | 'faint' }>> = {
  failed: { words: 'failed', tone: 'bad' },
  conflict: { words: 'in conflict', tone: 'bad' },
  closed: { words: 'closed', tone: 'warn' },
  behind: { words: 'behind', tone: 'warn' },
  open: { words: 'open', tone: 'accent' },
  pushed: { words: 'pushed', tone: 'accent' },
  committed: { words: 'committed', tone: 'accent' },
  merged: { words: 'merged', tone: 'good' },
  current: { words: 'up to date', tone: 'good' },
};

function fleetView(report: FleetReport, style: Style): string {
  const { rows, stopped } = report;
  if (rows.length === 0) return `There is no service that a template made.\n${style.faint('Make one: svc new http-service orders')}`;
  const states = Object.keys(FLEET) as FleetState[];
  const sorted = [...rows].sort((a, b) => states.indexOf(a.state) - states.indexOf(b.state));
  return [
    table(sorted, fleetColumns(style), style),
    ...troubles(sorted, style),
    '',
    `${stopped ? style.warn('Stopped. ') : ''}${counts(rows, style)}`,
    ...fleetNext(report, style),
  ].join('\n');
}

function fleetColumns(style: Style): readonly Column<FleetRow>[] {
  return [
    { title: 'SERVICE', text: ({ name }) => printable(name), paint: style.strong },
    { title: 'REPOSITORY', text: ({ repository }) => printable(repository), shrinks: true },
    { title: 'OWNER', text: ({ owner }) => printable(owner ?? '') },
    { title: 'TEMPLATE', text: ({ template }) => versions(template), paint: style.faint },
    { title: 'STATE', text: ({ state }) => FLEET[state].words, paint: (text, { state }) => style[FLEET[state].tone](text) },
    { title: 'WHERE', text: whereOf },
  ];
}

function versions({ name, from, to }: FleetRow['template']): string {
  return to === undefined || to === from ? `${name} ${from}`.trim() : `${name} ${from} → ${to}`;
}

function whereOf({ pullRequest, branch, state }: FleetRow): string {
  if (!pullRequest) return state === 'committed' || state === 'pushed' ? printable(branch ?? '') : '';
  const notes = [pullRequest.draft ? 'draft' : '', pullRequest.checks === 'none' ? '' : `checks ${pullRequest.checks}`].filter(Boolean);
  return `${printable(pullRequest.url)}${notes.length > 0 && state === 'open' ? ` (${notes.join(', ')})` : ''}`;
}

/** Reasons that many services share are told once. */
function troubles(rows: readonly FleetRow[], { bad, faint, strong }: Style): readonly string[] {
  const told = new Map<string, FleetRow[]>();
  for (const row of rows) {
    if (row.reason === undefined || row.state === 'behind') continue;
    const key = JSON.stringify([row.reason, row.hint, row.conflicts]);
    told.set(key, [...(told.get(key) ?? []), row]);
  }
  return [...told.values()].flatMap((same) => {
    const [first] = same;
    const names = same.slice(0, NAMED).map(({ name }) => printable(name));
    const more = same.length > NAMED ? ` and ${same.length - NAMED} more` : '';
    return [
      `\n${strong(names.join(', '))}${more}: ${bad(printableOutput(first?.reason ?? ''))}`,
      ...(first?.conflicts ?? []).map((path) => `  ${printable(path)}`),
      ...(first?.hint === undefined ? [] : [faint(printableOutput(first.hint))]),
    ];
  });
}

const NAMED = 5;

function counts(rows: readonly FleetRow[], style: Style): string {
  const parts = (Object.keys(FLEET) as FleetState[]).flatMap((state) => {
    const count = rows.filter((row) => row.state === state).length;
    return count === 0 ? [] : [style[FLEET[state].tone](`${count} ${FLEET[state].words}`)];
  });
  return `${counted(rows.length, 'service')}: ${parts.reverse().join(', ')}`;
}

function fleetNext({ mode, rows, stopped }: FleetReport, { faint, accent }: Style): readonly string[] {
  const has = (state: FleetState) => rows.some((row) => row.state === state);
  if (mode === 'plan') return [faint('Nothing was written.')];
  const next = [
    stopped || (mode === 'upgrade' && has('behind')) ? ['Go on with the next: run the same command again'] : [],
    has('committed') && mode === 'upgrade' ? ['Look at a branch, then merge it: git log -p <branch>'] : [],
    has('open') && mode === 'upgrade' ? ['Ask how far it is: the same command with --status'] : [],
    has('failed') && mode === 'upgrade' ? ['What failed is tried again with --retry-failed, or when its repository has changed'] : [],
  ].flat();
  return next.map((line) => faint(line).replace('--status', accent('--status')));
}
