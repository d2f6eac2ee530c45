import { relative } from 'node:path';
import type { Style } from '../../output/style.ts';
import { type Column, table } from '../../output/table.ts';
import { printable } from '../../output/text.ts';
import { type Difference, type FileDrift, isDrift, type ServiceDrift } from '../../upgrade/drift.ts';

/** What a person sees of `svc diff`: first what belongs to the template and was changed, then what the user may change. */
export function view({ name: written, template, files, root, folder }: ServiceDrift, style: Style): string {
  const name = printable(written);
  const made = `${template.name} ${template.version}`;
  if (files.length === 0) return `${style.good('✓')} ${style.strong(name)} is as ${made} wrote it`;
  const drifted = files.filter(isDrift);
  const sign = drifted.length > 0 ? style.warn('!') : style.good('✓');
  const sorted = [...drifted, ...files.filter((file) => !isDrift(file))];
  const where = relative(folder, root) === '' ? [] : [style.faint(`Paths are as seen from ${root}`)];
  const next = drifted.length > 0 ? [`${style.faint('Take back what is the template’s:')} ${style.accent('svc upgrade --heal')}`] : [];
  const count = `${files.length} ${files.length === 1 ? 'file differs' : 'files differ'}`;
  return [`${sign} ${style.strong(name)}: ${count} from ${made}`, table(sorted, columns(style), style), ...where, ...next].join('\n');
}

const WORDS: Readonly<Record<Difference, string>> = {
  edited: 'edited',
  deleted: 'deleted',
  mode: 'executable or not',
  link: 'a link now',
  markers: 'broken markers',
};

function columns(style: Style): readonly Column<FileDrift>[] {
  return [
    { title: 'FILE', text: ({ path }) => printable(path) },
    {
      title: 'DIFFERENCE',
      text: ({ difference }) => WORDS[difference],
      paint: (text, file) => (isDrift(file) ? style.bad(text) : text),
    },
    { title: 'OWNER', text: ownerOf, paint: style.faint, shrinks: true },
  ];
}

function ownerOf({ ownership, difference }: FileDrift): string {
  switch (ownership) {
    case 'owned':
      return 'the template: an upgrade takes the change back';
    case 'region':
      return difference === 'markers'
        ? 'the template, between its markers: mend them by hand'
        : 'the template, between its markers: an upgrade writes them anew';
    case 'merged':
      return 'both: upgrades keep your change';
    case 'once':
      return 'you: left alone until you change an answer';
  }
}
