import type { Input } from './input.ts';
import type { Manifest } from './manifest/manifest.ts';
import { type CheckedTemplate, readTemplate } from './render/compile.ts';

/** A default that other answers make, read and found right. */
export interface ComputedDefault {
  readonly input: string;
  readonly content: CheckedTemplate;
}

/** The defaults of a manifest that are computed, and what is wrong with the others. */
export function computedDefaults({ inputs }: Manifest): {
  readonly defaults: readonly ComputedDefault[];
  readonly faults: readonly { readonly input: string; readonly message: string }[];
} {
  const read = inputs.flatMap(({ name, computed }) =>
    computed === undefined ? [] : [{ input: name, found: readDefault(name, computed, inputs) }],
  );
  return {
    defaults: read.flatMap(({ input, found }) => ('tree' in found ? [{ input, content: found }] : [])),
    faults: read.flatMap(({ input, found }) => ('tree' in found ? [] : found.map((message) => ({ input, message })))),
  };
}

/** Only what is asked before can be read: so there is no circle, and a prompt knows the default that it shows. */
function readDefault(name: string, text: string, inputs: readonly Input[]): CheckedTemplate | readonly string[] {
  const read = readTemplate(text, inputs);
  if (!('tree' in read)) return read.map(({ message }) => `the default of "${name}": ${message}`);
  const earlier = inputs
    .slice(
      0,
      inputs.findIndex((input) => input.name === name),
    )
    .map((input) => input.name);
  const wrong = read.reads.filter((value) => !earlier.includes(value));
  return wrong.length === 0 ? read : wrong.map((value) => `the default of "${name}" reads "${value}", which is not asked before it`);
}
