import type { FileSystem } from '../../../runtime/runtime.ts';
import type { Service } from '../../../workspace/workspace.ts';
import { routesOf } from './http-route.ts';
import { inNamespace, type KubernetesObject } from './object.ts';
import { objectsOf } from './objects.ts';
import { patched } from './patch/apply.ts';
import { readKustomization } from './patch/kustomization.ts';
import { type Reading, readPatchFolder, readScene } from './read.ts';
import type { Scene } from './scene.ts';

/** What a service is in one environment, ready to be applied in this order. */
export interface RenderedService {
  readonly service: string;
  readonly objects: readonly KubernetesObject[];
  /** What a reader might miss among them, and why it is not there. */
  readonly notes: readonly string[];
}

/**
 * The Kubernetes objects of services in an environment: what their Score files ask for, with the patches of their own. Nothing is
 * asked of a cluster; the same files always give the same objects.
 * @throws SvcError workload/invalid, workspace/invalid, file/unreadable: with file, line and reason
 */
export async function renderServices(services: readonly Service[], reading: Reading, fs: FileSystem): Promise<readonly RenderedService[]> {
  return Promise.all(services.map((service) => renderService(service, reading, fs)));
}

async function renderService(service: Service, reading: Reading, fs: FileSystem): Promise<RenderedService> {
  const { workspace, environment } = reading;
  const scene = await readScene(service, reading, fs);
  const folder = await readPatchFolder(service, { workspace, environment: environment.name }, fs);
  const objects = folder ? patched(objectsOf(scene), readKustomization(folder)) : objectsOf(scene);
  return {
    service: service.name,
    objects: objects.map((object) => inNamespace(object, environment.namespace)),
    notes: notesOn(scene),
  };
}

function notesOn(scene: Scene): readonly string[] {
  const { environment, service } = scene;
  return environment.gateway || routesOf(scene).length === 0
    ? []
    : [`${environment.name} has no gateway: the route of ${service.name} is left out`];
}
