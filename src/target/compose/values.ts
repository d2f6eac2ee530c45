import { SvcError } from '../../errors.ts';
import { piecesOf } from '../../workload/interpolate.ts';
import type { Resource } from '../../workload/workload.ts';
import { composeResource, reference, type Source, variableFor } from './resources.ts';
import type { ComposeScene } from './scene.ts';

/** What a resource is called among all services: by its `id` where workloads share it. */
export function hostOf(resource: Resource, service: string): string {
  return resource.id ?? `${service}-${resource.name}`;
}

/**
 * A text of the Score file with its placeholders resolved. What a resource of an unknown type gives is asked of `.env`.
 * @throws SvcError workload/invalid with file and line where a placeholder names nothing
 */
export function resolved(scene: ComposeScene, value: string, where: readonly string[]): readonly Source[] {
  return piecesOf(value).flatMap((piece) => {
    if ('text' in piece) return [piece];
    const [kind, name = '', output = 'url'] = piece.placeholder;
    if (kind === 'metadata' && name === 'name') return [{ text: scene.workload.name }];
    const resource = kind === 'resources' ? scene.workload.resources.find((each) => each.name === name) : undefined;
    const found = resource && outputOf(scene, resource, output === 'uri' ? 'url' : output);
    if (found) return found;
    throw new SvcError('workload/invalid', `${scene.where(where)}: nothing provides \${${piece.placeholder.join('.')}}`, {
      hint: 'Declare it under resources, or mend the placeholder',
    });
  });
}

/** As Compose writes it: its own variables are filled in, and every other `$` is a `$`. */
export function composeText(sources: readonly Source[]): string {
  return sources.map((source) => ('text' in source ? literal(source.text) : reference(source.variable))).join('');
}

export function literal(text: string): string {
  return text.replaceAll('$', '$$$$');
}

function outputOf(scene: ComposeScene, resource: Resource, output: string): readonly Source[] | undefined {
  const host = hostOf(resource, scene.workload.name);
  if (resource.type === 'service') return calleeOutput(scene, resource.id ?? resource.name, output);
  if (resource.type === 'dns' || resource.type === 'route') return output === 'host' ? [{ text: 'localhost' }] : undefined;
  const known = composeResource(resource, host);
  return known ? known.outputs[output] : [{ variable: variableFor(host, output) }];
}

/** In Compose a service is reached at the port that it listens on: there is no Service before it. */
function calleeOutput({ neighbours }: ComposeScene, name: string, output: string): readonly Source[] | undefined {
  const port = neighbours.get(name)?.ports[0]?.targetPort ?? 8080;
  const outputs: Readonly<Record<string, string>> = { url: `http://${name}:${port}`, host: name, name, port: String(port) };
  const text = outputs[output];
  return text === undefined ? undefined : [{ text }];
}
