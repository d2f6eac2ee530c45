import { counted } from '../../document/counted.ts';
import { fileFates } from '../../output/file-fates.ts';
import { plain, type Style } from '../../output/style.ts';
import { type Column, table } from '../../output/table.ts';
import { printable } from '../../output/text.ts';
import type { Addable, AddableCapability } from '../../upgrade/add.ts';
import type { Upgrade } from '../../upgrade/upgrade.ts';

/** What `svc add` answers: what can be added, or what adding it did. */
export type AddResult =
  | { readonly is: 'list'; readonly list: Addable }
  | { readonly is: 'added'; readonly capability: string; readonly upgrade: Upgrade };

/** What a person sees of `svc add`: what can be added, or what adding it did to each file, and how to go on. */
export function view(result: AddResult, style: Style): string {
  return result.is === 'list' ? list(result.list, style) : added(result.upgrade, result.capability, style);
}

/** The files of a plan, as the question before writing shows them. */
export function summary({ name, notes, files }: Upgrade): string {
  return [...notes.map((note) => `${printable(name)}: ${printable(note)}`), ...fileFates(files, plain)].join('\n');
}

function list({ name, template, capabilities }: Addable, style: Style): string {
  const made = `${style.strong(printable(name))}, made from ${template.name} ${template.version}`;
  if (capabilities.length === 0) return `${made}: its template has nothing that can be added later`;
  return [`What can be added to ${made}:`, table(capabilities, columns(style), style)].join('\n');
}

function columns(style: Style): readonly Column<AddableCapability>[] {
  const command = ({ name, there, values }: AddableCapability) => {
    return values === undefined && there ? '' : `svc add ${name}${values === undefined ? '' : ' <name>'}`;
  };
  return [
    { title: 'NAME', text: ({ name }) => name },
    { title: 'WHAT', text: ({ title }) => printable(title), shrinks: true },
    { title: 'THERE', text: ({ there, values }) => (values?.length ? printable(values.join(', ')) : there ? 'yes' : '–') },
    { title: 'ADD IT', text: command, paint: style.accent },
  ];
}

function added({ state, name, files, notes, confirmed }: Upgrade, capability: string, style: Style): string {
  const [service, what] = [style.strong(printable(name)), printable(capability)];
  const disputed = files.filter(({ fate }) => fate === 'conflict').length;
  const headlines: Readonly<Partial<Record<Upgrade['state'], string>>> = {
    current: `${style.good('✓')} ${service} has ${what} already`,
    planned: `${style.faint('·')} ${service} would get ${what}`,
    upgraded: `${style.good('✓')} ${service} has ${what}`,
    conflict: `${style.warn('!')} ${service} waits for you: ${what}, ${counted(disputed, 'file')} in conflict`,
  };
  const rows = confirmed ? [] : [...fileFates(files, style), ...notes.map((note) => style.faint(printable(note)))];
  return [headlines[state] ?? state, ...rows, ...nextSteps(state, style)].join('\n');
}

function nextSteps(state: Upgrade['state'], { faint, accent }: Style): readonly string[] {
  if (state === 'planned') return [faint('Nothing was written.')];
  if (state !== 'conflict') return [];
  return [
    faint('Edit the files in conflict until each says what it should, then go on, or take all of it back:'),
    `  ${accent('svc upgrade --continue')}`,
    `  ${accent('svc upgrade --abort')}`,
  ];
}
