import type { Input } from './input.ts';
import type { Manifest } from './manifest/manifest.ts';
import type { Renderer } from './render/engine.ts';
import { inputValues } from './render/values.ts';

/** The manifest of a compiled template: each input with a computed default can make it from answers. */
export function withDerived(manifest: Manifest, renderers: ReadonlyMap<string, Renderer>): Manifest {
  const { inputs } = manifest;
  return { ...manifest, inputs: inputs.map((input) => derived(input, renderers.get(input.name), inputs)) };
}

function derived(input: Input, render: Renderer | undefined, inputs: readonly Input[]): Input {
  return render ? { ...input, derive: (answers) => render(inputValues(inputs, answers)) } : input;
}
