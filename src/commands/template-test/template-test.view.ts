import { counted } from '../../document/counted.ts';
import type { Style } from '../../output/style.ts';
import { printable, truncate } from '../../output/text.ts';
import type { Failure } from '../../template/author/judge.ts';
import type { TemplateTest } from '../../template/author/test.ts';

/** Failures shown of one part: more of them seldom say more. */
const SHOWN = 10;

/** What an author sees of `svc template test`: a line for each part, and below it what failed, where, expected and found. */
export function view(result: TemplateTest, style: Style): string {
  const { template, cases, matrix, upgrades } = result;
  const parts = [
    ...cases.map(({ file, updated, failures }) => part(`${file}${updated ? ' (snapshot written)' : ''}`, failures, style)),
    part(matrixTitle(matrix), matrix.failures, style),
    ...upgrades.map(({ from, services, failures }) => part(`upgrade from ${from}: ${counted(services, 'service')}`, failures, style)),
  ];
  const hint = cases.length === 0 ? [style.faint('No case is declared yet: write tests/<name>.yaml to say what you expect')] : [];
  return [style.strong(`${template.name} ${template.version}`), ...parts, ...hint, summary(result, style)].join('\n');
}

/** Everything that failed. */
export function failuresOf({ cases, matrix, upgrades }: TemplateTest): readonly Failure[] {
  return [...cases, matrix, ...upgrades].flatMap(({ failures }) => failures);
}

function matrixTitle({ rendered, combinations }: TemplateTest['matrix']): string {
  if (combinations === 1) return 'matrix: 1 render, there is nothing to choose';
  const what = rendered === combinations ? 'every combination of answers' : 'every pair of answers';
  return `matrix: ${rendered} of ${combinations} renders, ${what}`;
}

function part(title: string, failures: readonly Failure[], style: Style): string {
  if (failures.length === 0) return `  ${style.good('✓')} ${printable(title)}`;
  const more = failures.length > SHOWN ? [style.faint(`    … and ${failures.length - SHOWN} more`)] : [];
  const told = failures.slice(0, SHOWN).map((failure) => failureLines(failure, style));
  return [`  ${style.bad('✗')} ${printable(title)}`, ...told, ...more].join('\n');
}

function failureLines({ file, line, message, expected, found }: Failure, style: Style): string {
  const room = Math.max(40, style.columns - 16);
  const quoted = (word: string, text: string | undefined, paint: (text: string) => string) =>
    text === undefined ? [] : [`      ${style.faint(word)} ${paint(truncate(printable(text), room))}`];
  return [
    `    ${style.strong(printable(`${file}:${line}`))}  ${printable(message)}`,
    ...quoted('expected', expected, style.good),
    ...quoted('found   ', found, style.bad),
  ].join('\n');
}

function summary(result: TemplateTest, style: Style): string {
  const failures = failuresOf(result).length;
  if (failures === 0) return `${style.good('✓')} ${counted(result.cases.length, 'case')} and the matrix hold`;
  const isSnapshot = failuresOf(result).some(({ message }) => /snapshot|rendered otherwise|does not make this file/.test(message));
  const next = isSnapshot ? `\n${style.faint('Where that is how it should be:')} ${style.accent('svc template test --update')}` : '';
  return `${style.bad('✗')} ${counted(failures, 'failure')}${next}`;
}
