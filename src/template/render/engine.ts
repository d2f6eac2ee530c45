import Handlebars from 'handlebars/runtime.js';
import { HELPERS } from './language.ts';
import type { Values } from './values.ts';

export type Renderer = (values: Values) => string;

/** What the compiler of Handlebars makes of a template, as its generated JavaScript evaluates to. */
export type CompiledSpec = TemplateSpecification;

const engine = withHelpers(Handlebars.create());

/** The function that renders a compiled template. The compiler itself is not loaded for it. */
export function rendererOf(spec: CompiledSpec): Renderer {
  const template = engine.template(spec);
  return (values) => template(values);
}

/** Teaches an engine our helpers. Handlebars passes its own options as the last argument of each. */
export function withHelpers(engine: typeof Handlebars): typeof Handlebars {
  for (const [name, helper] of Object.entries(HELPERS)) {
    engine.registerHelper(name, (...values: unknown[]) => (helper as (...given: unknown[]) => unknown)(...values.slice(0, -1)));
  }
  return engine;
}
