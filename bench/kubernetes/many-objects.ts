import type { KubernetesObject } from '../../src/target/kubernetes/render/object.ts';
import { apiIn } from '../../tests/kubernetes/scene.ts';
import type { Stage } from './stage.ts';

export const OBJECTS = 100;

/** A workspace of one service with very many objects beside it, and without pods: what is measured is how they get there. */
export function writeManyObjects({ write, shell, folder }: Stage): string {
  write('many/svc.yaml', 'environments:\n  bench: { target: kubernetes, namespace: many-svc, replicas: { min: 1, max: 1 } }\n');
  const service = 'service: { ports: { http: { port: 80, targetPort: 8080 } } }';
  write(
    'many/services/many/score.yaml',
    `apiVersion: score.dev/v1b1\nmetadata: { name: many }\ncontainers: { main: { image: ${shell} } }\n${service}\n`,
  );
  const none = "- target: { kind: Deployment }\n    patch: '[{ op: replace, path: /spec/replicas, value: 0 }]'";
  write('many/services/many/deploy/bench/kustomization.yaml', `resources: [settings.yaml]\npatches:\n  ${none}\n`);
  return `${folder}/many`;
}

/** Lets each of the objects differ from what it was. */
export function changeObjects(value: number, { write }: Stage): void {
  const maps = Array.from({ length: OBJECTS }, (_, index) => JSON.stringify(settings(index, value)));
  write('many/services/many/deploy/bench/settings.yaml', maps.join('\n---\n'));
}

function settings(index: number, value: number): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `settings-${index}` }, data: { value: String(value) } };
}

/** Applies objects as a deploy does; resolves with the milliseconds, the connections counted in. */
export async function applyAll(objects: readonly KubernetesObject[], namespace: string): Promise<number> {
  const began = performance.now();
  const api = apiIn(namespace);
  const applied = await Promise.all(objects.map((object) => api.apply(object)));
  if (applied.some((result) => 'conflicts' in result)) throw new Error('somebody else owns the objects');
  return performance.now() - began;
}
