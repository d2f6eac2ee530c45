import { completeAnswers } from '../answers.ts';
import type { Answers } from '../input.ts';
import type { BuiltIns } from '../render/values.ts';
import { renderTemplate, type Template } from '../template.ts';

/** A render as it would lie in the service's repository. */
export type Rendered = readonly RenderedText[];

export interface RenderedText {
  /** From the root of the repository. */
  readonly path: string;
  readonly content: Uint8Array;
  /** Undefined where the content is no UTF-8. */
  readonly text: string | undefined;
}

/** What is asked of one render. */
export interface Trial {
  readonly answers: Answers;
  /** Where the service stands in its repository; `.` where it is alone. */
  readonly at: string;
}

/** The year that the tests of a template live in: what they expect must not change with the calendar. */
const YEAR = '2026';

/**
 * The files of a template for these answers.
 * @throws SvcError template/answers-invalid
 */
export function renderTrial(template: Template, { answers, at }: Trial): Rendered {
  const { inputs } = template.manifest;
  const given = Object.entries(answers).map(([name, value]) => ({ name, value, from: 'file' as const }));
  return renderTemplate(template, completeAnswers(inputs, given), builtInsAt(template, at)).map(({ area, path, content }) => ({
    path: area === 'service' && at !== '.' ? `${at}/${path}` : path,
    content: Buffer.from(content),
    text: textOf(Buffer.from(content)),
  }));
}

function builtInsAt({ manifest }: Template, at: string): BuiltIns {
  return {
    templateName: manifest.name,
    templateVersion: manifest.version,
    chassisSpec: 'file:vendor/svckit-chassis.tgz',
    servicePath: at,
    standalone: at === '.',
    year: YEAR,
  };
}

function textOf(content: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return undefined;
  }
}
