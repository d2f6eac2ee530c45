import { counted } from '../../document/counted.ts';
import type { Style } from '../../output/style.ts';
import { printable } from '../../output/text.ts';
import type { TemplateCheck } from '../../template/author/check.ts';
import { type Finding, isError } from '../../template/author/finding.ts';

/** What an author sees of `svc template check`: a line for each finding, errors first, and whether the version is on record. */
export function view(check: TemplateCheck, style: Style): string {
  const { findings, recording, recorded, template } = check;
  const lines = findings.map((finding) => `  ${lineOf(finding, style)}`);
  const refused = recording !== 'no' && findings.some(isError) ? ['Nothing was recorded: mend the errors first'] : [];
  const record = recorded ? [style.faint(`Version ${template?.version} is recorded in versions.json`)] : refused;
  const isUnrecorded = findings.some(({ message }) => message.endsWith('is not recorded yet'));
  const next = isUnrecorded ? [`${style.faint('Once it is done:')} ${style.accent('svc template check --record')}`] : [];
  return [head(check, style), ...lines, ...record, ...next].join('\n');
}

function head({ folder, template, findings, inputs, files }: TemplateCheck, style: Style): string {
  const name = style.strong(template ? `${template.name} ${template.version}` : printable(folder));
  const errors = findings.filter(isError).length;
  const warnings = findings.length - errors;
  const told = [errors > 0 ? counted(errors, 'error') : '', warnings > 0 ? counted(warnings, 'warning') : ''].filter(Boolean).join(', ');
  if (errors > 0) return `${style.bad('✗')} ${name}: ${told}`;
  const size = `${counted(inputs, 'input')}, ${counted(files, 'file')}`;
  return warnings > 0 ? `${style.warn('!')} ${name}: ${told} (${size})` : `${style.good('✓')} ${name} is right: ${size}`;
}

function lineOf({ severity, file, line, message }: Finding, style: Style): string {
  const level = severity === 'error' ? style.bad('error  ') : style.warn('warning');
  return `${level}  ${style.strong(printable(`${file}:${line}`))}  ${printable(message)}`;
}
