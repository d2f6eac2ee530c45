import { piecesOf } from '../../../workload/interpolate.ts';
import type { Resource } from '../../../workload/workload.ts';
import { calleeOf, callUrl, hostOf } from './callee.ts';
import { unrenderable } from './problem.ts';
import { outputOf, providedBy, type Source } from './provided.ts';
import type { Scene } from './scene.ts';

/**
 * A text of the Score file with its placeholders resolved: adjoining texts are one, Secrets stay what they are.
 * @param where path of the text in the Score file, for messages
 * @throws SvcError workload/invalid where a placeholder names nothing, workspace/invalid where the environment does not provide it
 */
export function resolved(scene: Scene, value: string, where: readonly (string | number)[]): readonly Source[] {
  const sources = piecesOf(value).flatMap((piece) => ('text' in piece ? [piece] : placeholderOf(scene, piece.placeholder, where)));
  return joined(sources);
}

function joined(sources: readonly Source[]): readonly Source[] {
  const result: Source[] = [];
  for (const source of sources) {
    const last = result.at(-1);
    if (last && 'text' in last && 'text' in source) result.splice(-1, 1, { text: last.text + source.text });
    else result.push(source);
  }
  return result;
}

/**
 * The same for a value that must be known now.
 * @throws SvcError workload/invalid where a part of it is in a Secret, and as `resolved`
 */
export function resolvedText(scene: Scene, value: string, where: readonly (string | number)[]): string {
  const sources = resolved(scene, value, where);
  return sources
    .map((source) => {
      if ('text' in source) return source.text;
      throw unrenderable(scene.where(where), `a secret (${source.secret}) cannot be part of this text`, 'Give it as a variable of its own');
    })
    .join('');
}

function placeholderOf(scene: Scene, path: readonly string[], where: readonly (string | number)[]): readonly Source[] {
  const [kind, name = '', output] = path;
  if (kind === 'metadata' && name === 'name' && output === undefined) return [{ text: scene.service.name }];
  const resource = kind === 'resources' ? scene.workload.resources.find((each) => each.name === name) : undefined;
  const placeholder = `\${${path.join('.')}}`;
  if (!resource) {
    const names = scene.workload.resources.map((each) => each.name).join(', ');
    throw unrenderable(
      scene.where(where),
      `nothing provides ${placeholder}`,
      `Declare it under resources, or name one that is there: ${names || 'none'}`,
    );
  }
  const found = outputOfResource(scene, resource, output ?? 'url');
  if (found) return found;
  const at = providedBy(scene, resource)?.where;
  throw unrenderable(
    scene.where(where),
    `${name} of type ${resource.type} gives no ${output ?? 'url'}${at === undefined ? '' : ` (${at})`}`,
    at === undefined ? 'Mend the placeholder' : `Name it in ${at} under server or secret.keys, or mend the placeholder`,
  );
}

function outputOfResource(scene: Scene, resource: Resource, output: string): readonly Source[] | undefined {
  const provided = providedBy(scene, resource);
  if (provided) return outputOf(provided, output);
  const text = builtIn(scene, resource, output);
  return text === undefined ? undefined : [{ text }];
}

function builtIn(scene: Scene, resource: Resource, output: string): string | undefined {
  const { namespace } = scene.environment;
  if (resource.type === 'dns') return output === 'host' ? publicHost(scene, resource) : undefined;
  if (resource.type !== 'service') return undefined;
  const callee = calleeOf(scene, resource);
  const outputs: Readonly<Record<string, string>> = {
    url: callUrl(callee, namespace),
    uri: callUrl(callee, namespace),
    host: hostOf(callee, namespace),
    name: callee.name,
    port: String(callee.port),
  };
  return outputs[output];
}

/**
 * The name by which the world reaches a service: `<service>.<domain>`, or with the resource's own `id` before the domain.
 * @throws SvcError workspace/invalid where the environment has no domain
 */
export function publicHost({ environment, service, where }: Scene, { id, name }: Pick<Resource, 'id' | 'name'>): string {
  if (environment.domain !== undefined) return `${id ?? service.name}.${environment.domain}`;
  throw unrenderable(
    where(['resources', name]),
    `${environment.name} has no domain (${environment.where([])})`,
    `Say under environments.${environment.name} what its public names end with: domain: ${environment.name}.example.com`,
  );
}
