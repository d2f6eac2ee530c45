import { fakeRuntime } from '../../../runtime/fake-runtime.ts';
import { type ClusterEnvironment, parseEnvironments, pickEnvironment } from '../../../workspace/environment.ts';
import { pickServices, readWorkspace } from '../../../workspace/read.ts';
import type { KubernetesObject } from './object.ts';
import { type RenderedService, renderServices } from './render.ts';

/** A workspace in memory with an environment `staging` that says this; services by name with their Score file below `metadata`. */
export interface Shop {
  readonly staging?: string;
  readonly services: Readonly<Record<string, string>>;
  /** Further files, relative to the workspace's root. */
  readonly files?: Readonly<Record<string, string>>;
  readonly images?: Readonly<Record<string, string>>;
}

const COMPLETE = 'registry: registry.example.com/shop';

/** The objects of the first service. */
export async function renderShop({ staging = '', services, files = {}, images = {} }: Shop): Promise<RenderedService> {
  const svcYaml = `environments:\n  staging:\n    target: kubernetes\n    namespace: shop\n    ${COMPLETE}\n${staging.replace(/^(?=.)/gm, '    ')}`;
  const { fs } = fakeRuntime({ files: { 'svc.yaml': svcYaml, ...serviceFiles(services), ...files } });
  const workspace = await readWorkspace(fs, '/work');
  const environment = pickEnvironment(parseEnvironments(svcYaml), 'staging') as ClusterEnvironment;
  const [first = ''] = Object.keys(services);
  const [rendered] = await renderServices(pickServices(workspace, [first]), { workspace, environment, images }, fs);
  if (!rendered) throw new Error('nothing was rendered');
  return rendered;
}

function serviceFiles(services: Shop['services']): Readonly<Record<string, string>> {
  const entries = Object.entries(services).flatMap(([name, score]) => [
    [
      `services/${name}/score.yaml`,
      `apiVersion: score.dev/v1b1\nmetadata: { name: ${name}${annotations(score)} }\n${score.replace(/^# .*\n/, '')}`,
    ],
    [`services/${name}/package.json`, '{ "version": "1.2.3" }'],
  ]);
  return Object.fromEntries(entries);
}

/** A first line `# key: value` becomes an annotation. */
function annotations(score: string): string {
  const said = /^# (.*)\n/.exec(score)?.[1];
  return said === undefined ? '' : `, annotations: { ${said} }`;
}

/** The one object of this kind; its fields are for a test to know. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads fields that it expects, at any depth.
export function only(rendered: RenderedService, kind: string): any {
  const found = rendered.objects.filter((object: KubernetesObject) => object.kind === kind);
  if (found.length !== 1) throw new Error(`${found.length} objects of kind ${kind} among ${rendered.objects.map((object) => object.kind)}`);
  return found[0];
}
