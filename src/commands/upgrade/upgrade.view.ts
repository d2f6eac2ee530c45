import { fileFates } from '../../output/file-fates.ts';
import { plain, type Style } from '../../output/style.ts';
import { printable } from '../../output/text.ts';
import type { Upgrade, UpgradeState } from '../../upgrade/upgrade.ts';

/** What a person sees of `svc upgrade`: from which version to which, what became of each file, and how to go on. */
export function view(upgrade: Upgrade, style: Style): string {
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
    conflict: `waits for you: ${way}, ${disputed} ${disputed === 1 ? 'file' : 'files'} in conflict`,
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
