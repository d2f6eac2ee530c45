import { isMap, isSeq } from 'yaml';
import { parseYaml } from '../../document/yaml.ts';
import { SvcError } from '../../errors.ts';
import { matches } from '../path-pattern.ts';

/**
 * A workspace's `catalog-info.yaml` with one more target in its Location. All else, comments included, stays.
 * @param path of the service's folder, relative to the workspace, with `/`
 * @param workspace the name for a Location, where there is none yet
 * @throws SvcError catalog/invalid
 */
export function withCatalogTarget(text: string, path: string, workspace: string): string {
  const target = `./${path}/catalog-info.yaml`;
  const documents = parseYaml({ text, file: 'catalog-info.yaml', code: 'catalog/invalid' });
  const location = documents.find(({ value }) => isObject(value) && value['kind'] === 'Location');
  if (!location) return `${text.trimEnd()}\n---\n${newLocation(workspace, target)}`.replace(/^\n---\n/, '');
  const targets = location.source.getIn(['spec', 'targets']);
  if (isSeq(targets)) {
    if (targets.items.some((item) => String(item) === target)) return text;
    targets.flow = false;
    targets.add(location.source.createNode(target));
  } else if (isMap(location.source.get('spec'))) {
    location.source.setIn(['spec', 'targets'], [target]);
  } else {
    throw new SvcError('catalog/invalid', 'catalog-info.yaml: the Location has no spec', { hint: `Give it spec.targets with ${target}` });
  }
  // Lists stand as far in as they stood.
  const indentSeq = !/^( *)[\w-]+:[ \t]*\r?\n\1- /m.test(text);
  return documents.map(({ source }) => source.toString({ lineWidth: 0, indentSeq })).join('');
}

/**
 * A workspace's `package.json` with one more npm workspace, unless a pattern of it names the folder already.
 * @throws SvcError workspace/invalid
 */
export function withNpmWorkspace(text: string, path: string): string {
  const manifest = parsed(text);
  const listed = manifest['workspaces'] ?? [];
  const patterns: unknown = isObject(listed) ? listed['packages'] : listed;
  if (!Array.isArray(patterns)) throw brokenManifest('"workspaces" is no list');
  if (patterns.some((pattern) => typeof pattern === 'string' && matches(pattern.replace(/^\.\/|\/$/g, ''), path))) return text;
  const workspaces = isObject(listed) ? { ...listed, packages: [...patterns, path] } : [...patterns, path];
  const indent = /^[ \t]+(?=")/m.exec(text)?.[0] ?? '  ';
  return `${JSON.stringify({ ...manifest, workspaces }, undefined, indent)}\n`;
}

function newLocation(name: string, target: string): string {
  return `apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata:\n  name: ${name}\nspec:\n  targets:\n    - ${target}\n`;
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Told below.
  }
  throw brokenManifest('it is no JSON object');
}

function brokenManifest(why: string): SvcError {
  return new SvcError('workspace/invalid', `package.json of the workspace cannot be changed: ${why}`, {
    hint: 'Mend it, then run the command again',
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
