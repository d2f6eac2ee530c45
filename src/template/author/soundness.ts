import { parseYaml } from '../../document/yaml.ts';
import { SvcError } from '../../errors.ts';
import { clashes, unsafeReason } from '../../plan/path.ts';
import type { Rendered, RenderedText } from './rendered.ts';

/** Something that no answers may lead to. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

/** What is wrong with a render, whatever it is meant to be: paths that cannot be written, files that their readers refuse. */
export function faultsOf(files: Rendered): readonly Fault[] {
  const paths = files.map(({ path }) => path);
  const unsafe = paths.flatMap((path) => {
    const reason = unsafeReason(path);
    return reason === undefined ? [] : [{ path, message: `its path is not safe: ${reason}` }];
  });
  const clashing = clashes(paths).map((clash) => ({ path: clash.path, message: `it cannot stand beside ${clash.with}: ${clash.reason}` }));
  return [...unsafe, ...clashing, ...files.flatMap(contentFaults)];
}

/** By convention JSON with comments, which is none. */
const JSON_WITH_COMMENTS = /(^|\/)((ts|js)config[\w.-]*\.json|\.\w+rc\.json|\.(vscode|devcontainer)\/.*)$/;

function contentFaults({ path, text }: RenderedText): readonly Fault[] {
  const message = text === undefined ? undefined : formFault(path, text);
  return message === undefined ? [] : [{ path, message }];
}

function formFault(path: string, text: string): string | undefined {
  if (/\.ya?ml$/.test(path)) return yamlFault(text);
  return path.endsWith('.json') && !JSON_WITH_COMMENTS.test(path) ? jsonFault(text) : undefined;
}

/** A file with `{{` that is no YAML is a template of another tool (Helm, Jinja), which is to be rendered later. */
function yamlFault(text: string): string | undefined {
  if (text.trim() === '') return 'it is empty: leave the file out';
  try {
    parseYaml({ text, file: 'line', code: 'template/invalid' });
    return undefined;
  } catch (error) {
    if (!(error instanceof SvcError)) throw error;
    return /\{\{/.test(text) ? undefined : `it is no YAML: ${error.message.replace(/^line:/, 'line ')}`;
  }
}

function jsonFault(text: string): string | undefined {
  try {
    return JSON.parse(text) === undefined ? 'it is no JSON' : undefined;
  } catch (error) {
    return `it is no JSON: ${error instanceof Error ? error.message.split('\n')[0] : ''}`;
  }
}
