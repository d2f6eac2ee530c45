import { resolve } from 'node:path';
import { parseOneYaml } from '../../document/yaml.ts';
import { SvcError } from '../../errors.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { Given } from '../answers.ts';

/**
 * The answers in a YAML or JSON file: a map from input to value.
 * @throws SvcError template/answers-invalid
 */
export async function readAnswersFile(file: string, { cwd, fs }: Runtime): Promise<readonly Given[]> {
  const text = await fs.readText(resolve(cwd, file));
  if (text === undefined) {
    throw new SvcError('template/answers-invalid', `There is no file ${file}`, {
      hint: 'Name a YAML file with a line for each answer: --answers answers.yaml',
    });
  }
  const { value } = parseOneYaml({ text, file, code: 'template/answers-invalid' });
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SvcError('template/answers-invalid', `${file} holds no answers`, { hint: 'Write a line for each: database: postgres' });
  }
  return Object.entries(value).map(([name, answer]: [string, unknown]) => ({ name, value: answer, from: 'file' }));
}
