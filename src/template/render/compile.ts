import Handlebars from 'handlebars';
import type { Input } from '../input.ts';
import { checkTemplate, type Finding } from './check.ts';
import { type Renderer, withHelpers } from './engine.ts';
import { BLOCKS, HELPERS } from './language.ts';
import { parseTemplate, TemplateSyntaxError } from './parse.ts';

/** A template text that was read and found right. */
export interface CheckedTemplate {
  readonly tree: hbs.AST.Program;
  readonly reads: readonly string[];
}

/** Reads the text of a template, or tells everything that is wrong with it. */
export function readTemplate(text: string, inputs: readonly Input[]): CheckedTemplate | readonly Finding[] {
  try {
    const tree = parseTemplate(text);
    const { findings, reads } = checkTemplate(tree, inputs);
    return findings.length > 0 ? findings : { tree, reads };
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return [{ line: error.line, message: error.message }];
    throw error;
  }
}

/** JavaScript for the engine: the text of one expression. Handlebars quotes every text itself, and only a checked tree gets here. */
export function codeOf({ tree }: CheckedTemplate): string {
  return String(Handlebars.precompile(tree, options()));
}

/** The function that renders a template that was not compiled when svckit was built. */
export function compile({ tree }: CheckedTemplate): Renderer {
  const template = withHelpers(Handlebars.create()).compile(tree, options());
  return (values) => template(values);
}

function options(): PrecompileOptions {
  const known = [...Object.keys(HELPERS), ...BLOCKS].map((name) => [name, true]);
  return { noEscape: true, strict: true, knownHelpersOnly: true, knownHelpers: Object.fromEntries(known), explicitPartialContext: true };
}
