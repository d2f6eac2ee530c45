import { SvcError } from '../errors.ts';

/** Something that a template's author has to mend. */
export interface Complaint {
  /** Relative to the template's folder. */
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** @throws SvcError template/invalid with every complaint, where there is one */
export function refuseComplaints(template: string, complaints: readonly Complaint[]): void {
  const [first] = complaints;
  if (!first) return;
  const lines = complaints.map(({ file, line, message }) => `  ${file}:${line}: ${message}`);
  const count = complaints.length === 1 ? 'a mistake' : `${complaints.length} mistakes`;
  throw new SvcError('template/invalid', `The template ${template} has ${count}:\n${lines.join('\n')}`, {
    hint: `Mend ${complaints.length === 1 ? 'it' : 'them'} in the template, beginning with line ${first.line} of ${first.file}`,
  });
}
