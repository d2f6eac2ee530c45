import { storedAnswers } from './answers.ts';
import type { Answers } from './input.ts';
import { yamlScalar } from './render/language.ts';
import type { Template } from './template.ts';

/**
 * The text of `.svc/lock.yaml`, the same bytes for the same template and answers. `parseLock` reads it back.
 * @param year in which the service was made; undefined where that is not known
 */
export function lockText({ manifest, digest, source, pinned }: Omit<Template, 'entries'>, answers: Answers, year?: number): string {
  const stored = Object.entries(storedAnswers(manifest.inputs, answers));
  const lines = stored.map(([name, value]) => `  ${name}: ${yamlScalar(value)}`);
  return [
    '# Which template made this, in which version, from which answers. Written by svc: commit it, and leave it as it is.',
    'template:',
    `  name: ${yamlScalar(manifest.name)}`,
    `  version: ${yamlScalar(manifest.version)}`,
    `  digest: ${digest}`,
    `  source: ${yamlScalar(source)}`,
    ...Object.entries(pinned ?? {}).map(([key, value]) => `  ${key}: ${yamlScalar(value)}`),
    ...(year === undefined ? [] : [`year: ${year}`]),
    lines.length > 0 ? 'answers:' : 'answers: {}',
    ...lines,
    '',
  ].join('\n');
}
