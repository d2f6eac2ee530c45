import { counted } from '../../document/counted.ts';
import { fileFates } from '../../output/file-fates.ts';
import { plain, type Style } from '../../output/style.ts';
import { padEnd, printable, widthOf } from '../../output/text.ts';
import type { Adoption } from '../../upgrade/adopt/adoption.ts';

/** What a person sees of `svc adopt`: the template and why, each answer and where it comes from, and what became of each file. */
export function view(adoption: Adoption, style: Style): string {
  const { state, confirmed, notes } = adoption;
  const shown = confirmed ? [] : body(adoption, style);
  return [headline(adoption, style), ...shown, ...notes.map((note) => style.faint(printable(note))), ...nextSteps(state, style)].join('\n');
}

/** The plan as the question before writing shows it. */
export function summary(adoption: Adoption): string {
  const { name, template, notes } = adoption;
  return [`${printable(name)}: ${template.name} ${template.version}`, ...body(adoption, plain), ...notes.map(printable)].join('\n');
}

function headline({ state, name, template, files }: Adoption, style: Style): string {
  const made = `${template.name} ${template.version}`;
  const disputed = files.filter(({ fate }) => fate === 'conflict').length;
  const shown = style.strong(printable(name));
  if (state === 'adopted') return `${style.good('✓')} ${shown} is adopted: ${made}`;
  if (state === 'planned') return `${style.faint('·')} ${shown} would be adopted: ${made}`;
  return `${style.warn('!')} ${shown} waits for you: ${made}, ${counted(disputed, 'file')} in conflict`;
}

function body({ template, answers, files }: Adoption, style: Style): readonly string[] {
  const values = answers.map(({ value }) => shownValue(value));
  const names = Math.max(0, ...answers.map(({ name }) => widthOf(name)));
  const width = Math.max(0, ...values.map(widthOf));
  const lines = answers.map(({ name, source }, index) => {
    return `  ${padEnd(name, names)}  ${padEnd(values[index] ?? '', width)}  ${style.faint(printable(source))}`;
  });
  return [style.faint(`Template: ${printable(template.reason)}`), 'Answers', ...lines, 'Files', ...fileFates(files, style)];
}

function shownValue(value: unknown): string {
  return printable(Array.isArray(value) ? value.join(', ') : String(value)) || '–';
}

function nextSteps(state: Adoption['state'], { faint, accent }: Style): readonly string[] {
  if (state === 'planned') return [faint('Nothing was written.')];
  if (state === 'adopted') return [`${faint('See how it differs from the template:')} ${accent('svc diff')}`];
  return [
    faint('Edit the files in conflict until each says what it should, then go on, or take all of it back:'),
    `  ${accent('svc upgrade --continue')}`,
    `  ${accent('svc upgrade --abort')}`,
  ];
}
