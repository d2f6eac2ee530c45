import Handlebars from 'handlebars';

/** Unicode noncharacters, "intended for process-internal uses": they stand for what Handlebars would read as its own. */
const STAND_INS = { '{': '\uFDD0', '}': '\uFDD1', '\\': '\uFDD2' } as const;
const ORIGINALS: Readonly<Record<string, string>> = { '\uFDD0': '{', '\uFDD1': '}', '\uFDD2': '\\' };

export class TemplateSyntaxError extends Error {
  readonly line: number;

  constructor(line: number, message: string, cause?: unknown) {
    super(message, { cause });
    this.line = line;
  }
}

/**
 * Parses a template with the delimiters `<%` and `%>`. All else is text, braces and backslashes included: GitHub's `${{ }}`,
 * Prometheus' `{{ $value }}` and Helm charts come out as they are.
 * @throws TemplateSyntaxError
 */
export function parseTemplate(text: string): hbs.AST.Program {
  const foreign = text.search(/[\uFDD0-\uFDD2]/u);
  if (foreign >= 0) throw new TemplateSyntaxError(lineAt(text, foreign), 'the characters U+FDD0 to U+FDD2 cannot be used in a template');
  const tree = parsed(disguised(text));
  restore(tree);
  return tree;
}

/** The same text with the tags as Handlebars knows them; every character keeps its place, so that lines and columns stay right. */
function disguised(text: string): string {
  let at = 0;
  const parts: string[] = [];
  for (const { 0: tag, 1: inside = '', index } of text.matchAll(/<%([\s\S]*?)%>/g)) {
    if (/[{}]/.test(inside)) throw new TemplateSyntaxError(lineAt(text, index), 'a tag holds no braces');
    parts.push(literal(text, at, index), `{{${inside}}}`);
    at = index + tag.length;
  }
  parts.push(literal(text, at, text.length));
  return parts.join('');
}

function literal(text: string, from: number, to: number): string {
  const part = text.slice(from, to);
  const open = part.indexOf('<%');
  if (open >= 0) throw new TemplateSyntaxError(lineAt(text, from + open), '<% without %>');
  return part.replace(/[{}\\]/g, (character) => STAND_INS[character as keyof typeof STAND_INS]);
}

function parsed(text: string): hbs.AST.Program {
  try {
    return Handlebars.parseWithoutProcessing(text);
  } catch (error) {
    throw new TemplateSyntaxError(lineOf(error), 'this tag cannot be read, or a block is not closed', error);
  }
}

/** Handlebars tells the line in a field of some of its errors and in the text of the others. */
function lineOf(error: unknown): number {
  if (!(error instanceof Error)) return 1;
  const told = 'lineNumber' in error ? Number(error.lineNumber) : Number(/on line (\d+)/.exec(error.message)?.[1]);
  return Number.isInteger(told) && told > 0 ? told : 1;
}

function restore(program: hbs.AST.Program | undefined): void {
  for (const statement of program?.body ?? []) {
    if (isContent(statement)) {
      statement.value = original(statement.value);
      // Typed as an object, is a text.
      Object.assign(statement, { original: original(String(statement.original)) });
    } else if (isBlock(statement)) {
      restore(statement.program);
      restore(statement.inverse);
    }
  }
}

function original(text: string): string {
  return text.replace(/[\uFDD0-\uFDD2]/gu, (character) => ORIGINALS[character] ?? character);
}

export function isContent(node: hbs.AST.Node): node is hbs.AST.ContentStatement {
  return node.type === 'ContentStatement';
}

export function isBlock(node: hbs.AST.Node): node is hbs.AST.BlockStatement {
  return node.type === 'BlockStatement';
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
