import { type Document, isMap, isNode, isSeq, Lexer, LineCounter, parseAllDocuments, type Tags } from 'yaml';
import { type ErrorCode, SvcError } from '../errors.ts';

/** One YAML document of a file, with the way back from a value to its line. */
export interface YamlDocument {
  readonly value: unknown;
  /** 1-based line of the value at this path, or of its nearest parent that is there. */
  lineOf(path: readonly (string | number)[]): number;
  /** Comments and layout kept: for edits that leave the rest as it is. */
  readonly source: Document;
}

export interface YamlSource {
  readonly text: string;
  /** How messages name the file. */
  readonly file: string;
  /** What is thrown where the text is broken. */
  readonly code: ErrorCode;
  /** 1.2 where it is not said; files that other tools read by 1.1 mean what these understand. */
  readonly version?: '1.1';
}

const MAX_BYTES = 1_048_576;
const MAX_DEPTH = 64;
/** Dates stay the texts that they are in JSON. */
const OLDER = {
  version: '1.1',
  customTags: (tags: Tags) => tags.filter((tag) => typeof tag !== 'object' || tag.tag !== 'tag:yaml.org,2002:timestamp'),
} as const;

/**
 * The documents of a YAML (or JSON) text, empty ones left out. Size and depth are checked before the text is composed, because
 * 2 KB of open brackets can abort the whole process otherwise; duplicate keys and alias bombs are refused.
 * @throws SvcError with `source.code`, naming file and line
 */
export function parseYaml(source: YamlSource): readonly YamlDocument[] {
  const broken = (line: number, message: string, cause?: unknown) =>
    new SvcError(source.code, `${source.file}:${line}: ${message}`, {
      hint: `Mend line ${line} of ${source.file}, then run the command again`,
      cause,
    });
  if (Buffer.byteLength(source.text) > MAX_BYTES) throw broken(1, 'the file is larger than 1 MiB');
  const tooDeep = lineTooDeep(source.text);
  if (tooDeep !== undefined) throw broken(tooDeep, `more than ${MAX_DEPTH} levels of nesting`);
  const lines = new LineCounter();
  const documents = parseAllDocuments(source.text, { lineCounter: lines, prettyErrors: false, ...(source.version && OLDER) });
  return [documents].flat().map((document) => {
    const [error] = document.errors;
    if (error) throw broken(lines.linePos(error.pos[0]).line, firstLine(error.message), error);
    return {
      value: composed(document, (cause) => broken(1, 'too many aliases', cause)),
      lineOf: (path) => lines.linePos(offsetOf(document, path)).line,
      source: document,
    };
  });
}

/**
 * The value of a text with exactly one document.
 * @throws SvcError as `parseYaml`
 */
export function parseOneYaml(source: YamlSource): YamlDocument {
  const [first, second] = parseYaml(source);
  if (!first || second) {
    throw new SvcError(source.code, `${source.file}: one YAML document is expected`, { hint: `Look at ${source.file}` });
  }
  return first;
}

function composed(document: Document, refused: (cause: unknown) => SvcError): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw refused(cause);
  }
}

/** The line where nesting becomes too deep, found by the lexer alone: it does not recurse. */
function lineTooDeep(text: string): number | undefined {
  const indents: number[] = [];
  let flow = 0;
  let line = 1;
  let column = 0;
  let atStart = true;
  for (const token of new Lexer().lex(text)) {
    if (token === '[' || token === '{') flow += 1;
    else if (token === ']' || token === '}') flow -= 1;
    else if (flow === 0 && token.trim() !== '' && (atStart || token === '-' || token === '?')) {
      while ((indents.at(-1) ?? -1) >= column) indents.pop();
      indents.push(column);
      atStart = token === '-' || token === '?';
    }
    if (flow + indents.length > MAX_DEPTH) return line;
    const breaks = token.split('\n').length - 1;
    line += breaks;
    column = breaks > 0 ? token.length - token.lastIndexOf('\n') - 1 : column + token.length;
    if (breaks > 0) atStart = true;
  }
  return undefined;
}

function offsetOf(document: Document, path: readonly (string | number)[]): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const key of path) {
    const pair = isMap(node)
      ? node.items.find((item) => String(isNode(item.key) ? item.key.toJSON() : item.key) === String(key))
      : undefined;
    const start = pair ? pair.key : isSeq(node) ? node.items[Number(key)] : undefined;
    if (start === undefined) break;
    if (isNode(start)) offset = start.range?.[0] ?? offset;
    node = pair ? pair.value : start;
  }
  return offset;
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? message).replace(/^./, (first) => first.toLowerCase());
}
