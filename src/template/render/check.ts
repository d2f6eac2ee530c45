import type { Input } from '../input.ts';
import { ARITY, BLOCKS, HELPERS } from './language.ts';
import { isBlock } from './parse.ts';
import { BUILT_INS } from './values.ts';

export interface Finding {
  readonly line: number;
  readonly message: string;
}

export interface Checked {
  readonly findings: readonly Finding[];
  /** Every value that the template may print or test: `name`, `svc.year`. */
  readonly reads: readonly string[];
}

/** What a tag may stand in: the file itself, or an item of a list. */
interface Scope {
  readonly items: number;
  readonly named: readonly string[];
}

/** Tells which values a template reads, and every tag that is not allowed or names something unknown: `strict` misses `#if x`. */
export function checkTemplate(program: hbs.AST.Program, inputs: readonly Input[]): Checked {
  const checker = new Checker(new Map(inputs.map((input) => [input.name, input])));
  checker.program(program, { items: 0, named: [] });
  return { findings: checker.findings, reads: [...checker.reads].sort() };
}

class Checker {
  readonly findings: Finding[] = [];
  readonly reads = new Set<string>();
  readonly #inputs: ReadonlyMap<string, Input>;

  constructor(inputs: ReadonlyMap<string, Input>) {
    this.#inputs = inputs;
  }

  program(program: hbs.AST.Program | undefined, scope: Scope): void {
    for (const statement of program?.body ?? []) this.#statement(statement, scope);
  }

  #statement(statement: hbs.AST.Statement, scope: Scope): void {
    if (isBlock(statement)) this.#block(statement, scope);
    else if (statement.type === 'MustacheStatement') this.#tag(statement as hbs.AST.MustacheStatement, scope);
    else if (statement.type !== 'ContentStatement' && statement.type !== 'CommentStatement') {
      this.#note(statement, 'partials and decorators are not part of the template language');
    }
  }

  #block(block: hbs.AST.BlockStatement, scope: Scope): void {
    const name = block.path.original;
    const [subject] = block.params;
    this.#note(block, this.#blockFault(block, scope));
    if (subject) this.#expression(subject, scope);
    const named = [...scope.named, ...(block.program?.blockParams ?? [])];
    this.program(block.program, name === 'each' ? { items: scope.items + 1, named } : scope);
    this.program(block.inverse, scope);
  }

  #blockFault({ path, params, hash }: hbs.AST.BlockStatement, scope: Scope): string | undefined {
    const name = path.original;
    const [subject] = params;
    if (!BLOCKS.some((known) => known === name)) return `there is no block "${name}": ${BLOCKS.join(', ')} are there`;
    if (!subject || params.length > 1 || hash) return `"#${name}" takes one value`;
    return name === 'each' && !this.#isList(subject, scope) ? '"#each" takes a list' : undefined;
  }

  #tag(tag: hbs.AST.MustacheStatement, scope: Scope): void {
    if (tag.params.length > 0 || tag.hash || isHelper(tag.path)) this.#call(tag, scope);
    else this.#expression(tag.path, scope);
    if (tag.params.length === 0 && this.#isList(tag.path, scope)) this.#note(tag, 'a list cannot be printed: use #each');
  }

  #expression(expression: hbs.AST.Expression, scope: Scope): void {
    if (expression.type === 'SubExpression') this.#call(expression as hbs.AST.SubExpression, scope);
    else if (expression.type === 'PathExpression') this.#path(expression as hbs.AST.PathExpression, scope);
    else if (!/^(String|Number|Boolean)Literal$/.test(expression.type)) this.#note(expression, 'a value, a text or a number is expected');
  }

  #call(call: hbs.AST.SubExpression | hbs.AST.MustacheStatement, scope: Scope): void {
    this.#note(call, callFault(call));
    for (const param of call.params) this.#expression(param, scope);
  }

  #path(path: hbs.AST.PathExpression, scope: Scope): void {
    const name = path.parts.join('.');
    const fault = path.data ? loopValueFault(path, scope) : this.#valueFault(path, name, scope);
    this.#note(path, fault);
    if (!fault && !path.data && path.depth === scope.items && !isNamed(path, scope)) this.reads.add(name);
  }

  #valueFault(path: hbs.AST.PathExpression, name: string, scope: Scope): string | undefined {
    if (isNamed(path, scope)) return undefined;
    if (path.depth > scope.items) return `"${path.original}" leads above the values of the template`;
    if (path.depth < scope.items) return name === '' ? undefined : itemFault(path, name, scope);
    if (path.parts[0] === 'svc')
      return isBuiltIn(name) ? undefined : `there is no "${name}": ${BUILT_INS.map((known) => `svc.${known}`).join(', ')} are there`;
    const input = this.#inputs.get(name);
    if (!input) return `"${name}" is no input of this template`;
    return input.secret ? `"${name}" is a secret, and secrets are never rendered` : undefined;
  }

  #isList(expression: hbs.AST.Expression, scope: Scope): boolean {
    if (expression.type !== 'PathExpression') return false;
    const path = expression as hbs.AST.PathExpression;
    return path.depth === scope.items && !path.data && this.#inputs.get(path.parts.join('.'))?.type === 'array';
  }

  #note({ loc }: hbs.AST.Node, message: string | undefined): void {
    if (message !== undefined) this.findings.push({ line: loc.start.line, message });
  }
}

function callFault(call: hbs.AST.SubExpression | hbs.AST.MustacheStatement): string | undefined {
  const name = (call.path as hbs.AST.PathExpression).original;
  if (!isHelper(call.path)) return `there is no helper "${name}": ${Object.keys(HELPERS).join(', ')} are there`;
  const [least, most] = ARITY[name] ?? [1, 1];
  const count = call.params.length;
  if (count >= least && count <= most && !call.hash) return undefined;
  return `"${name}" takes ${most > least ? `${least} values or more` : least === 1 ? 'one value' : `${least} values`}`;
}

function loopValueFault({ parts, original }: hbs.AST.PathExpression, { items }: Scope): string | undefined {
  return items > 0 && /^(index|first|last)$/.test(parts.join('.')) ? undefined : `"${original}" is not known here`;
}

function itemFault(path: hbs.AST.PathExpression, name: string, { items }: Scope): string {
  return `inside #each a value of the template is "${'../'.repeat(items - path.depth)}${name}", and the item is "this"`;
}

/** A block parameter: `item` in `#each calls as |item|`. */
function isNamed({ parts, depth }: hbs.AST.PathExpression, { named }: Scope): boolean {
  return depth === 0 && named.includes(parts.join('.'));
}

function isBuiltIn(name: string): boolean {
  return BUILT_INS.some((known) => name === `svc.${known}`);
}

function isHelper(path: hbs.AST.Node): boolean {
  return path.type === 'PathExpression' && Object.hasOwn(HELPERS, (path as hbs.AST.PathExpression).original);
}
