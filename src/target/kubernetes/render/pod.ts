import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import type { IPodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec';
import type { Container } from '../../../workload/workload.ts';
import { containerOf, containerPorts, USER } from './container.ts';
import { type Component, labelsOf, selectorOf } from './metadata.ts';
import { probesOf, startupProbeOf } from './probes.ts';
import { unrenderable } from './problem.ts';
import type { Scene } from './scene.ts';
import { volumesOf } from './volumes.ts';

/** Seconds that a pod goes on serving after it was told to stop: until every proxy and gateway has heard of it. */
const PRE_STOP_SECONDS = 5;
/** The service contract's default for `DRAIN_TIMEOUT_MS`. */
const DRAIN_MS = 20_000;
/** Seconds for what comes after the drain: closing pools, flushing spans, a slow node. */
const MARGIN_SECONDS = 20;

/** A pod that goes on: probed, spread over nodes, and stopped so that no request is lost. */
export function servicePod(scene: Scene): IPodTemplateSpec {
  const { first, before, beside } = inOrder(scene);
  const goesOn = (container: Container, ports: Partial<IContainer> = {}): IContainer => ({
    ...containerOf(scene, container),
    ...ports,
    ...probesOf(container),
    lifecycle: { preStop: { sleep: { seconds: PRE_STOP_SECONDS } } },
  });
  const ports = scene.workload.ports.length > 0 ? { ports: containerPorts(scene.workload.ports) } : {};
  return {
    metadata: { labels: podLabels(scene, 'service') },
    spec: {
      ...podSpec(scene, [...before, first, ...beside]),
      ...(before.length > 0 && { initContainers: before.map((container) => initContainer(scene, container)) }),
      containers: [goesOn(first, ports), ...beside.map((container) => goesOn(container))],
      terminationGracePeriodSeconds: PRE_STOP_SECONDS + Math.ceil(drainMs(first) / 1000) + MARGIN_SECONDS,
      topologySpreadConstraints: ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
        maxSkew: 1,
        topologyKey,
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: selectorOf(scene) },
        matchLabelKeys: ['pod-template-hash'],
      })),
    },
  };
}

/** A pod that ends by itself; `only` is the one container of a pod that does a part of the service's work. */
export function jobPod(scene: Scene, component: Component, only?: Container): IPodTemplateSpec {
  const { first, before, beside } = only ? { first: only, before: [], beside: [] } : inOrder(scene);
  return {
    metadata: { labels: podLabels(scene, component) },
    spec: {
      ...podSpec(scene, [...before, first, ...beside]),
      ...(before.length > 0 && { initContainers: before.map((container) => initContainer(scene, container)) }),
      containers: [first, ...beside].map((container) => containerOf(scene, container)),
      restartPolicy: 'Never',
    },
  };
}

/** Without the version: a new number alone would restart every pod. */
function podLabels(scene: Scene, component: Component): Record<string, string> {
  const { 'app.kubernetes.io/version': _version, 'app.kubernetes.io/managed-by': _manager, ...labels } = labelsOf(scene);
  return { ...selectorOf(scene, component), ...labels };
}

/** What all pods of a service have in common. */
function podSpec(scene: Scene, containers: readonly Container[]): Omit<IPodSpec, 'containers'> {
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      fsGroup: USER,
      runAsGroup: USER,
      runAsNonRoot: true,
      runAsUser: USER,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    serviceAccountName: scene.service.name,
    volumes: volumesOf(scene, containers),
  };
}

interface Order {
  readonly first: Container;
  /** Started one after the other, each waited for. */
  readonly before: readonly Container[];
  readonly beside: readonly Container[];
}

/** Who is started when: a container that another one waits for comes before it. */
function inOrder({ workload: { containers }, where }: Scene): Order {
  const awaited = new Set(containers.flatMap(({ before }) => Object.keys(before)));
  const before: Container[] = [];
  const visit = (container: Container, path: readonly string[]): void => {
    const at = where(['containers', container.name, 'before']);
    if (path.includes(container.name))
      throw unrenderable(at, `containers wait for each other: ${[...path, container.name].join(', ')}`, 'Cut the circle');
    for (const name of Object.keys(container.before)) {
      const other = containers.find((each) => each.name === name);
      if (!other) throw unrenderable(at, `there is no container ${name}`, `Name one of: ${containers.map((each) => each.name).join(', ')}`);
      visit(other, [...path, container.name]);
    }
    if (awaited.has(container.name) && !before.includes(container)) before.push(container);
  };
  for (const container of containers) visit(container, []);
  const [first, ...beside] = containers.filter(({ name }) => !awaited.has(name));
  if (!first) throw unrenderable(where(['containers']), 'every container comes before another one', 'Let one be the service itself');
  return { first, before, beside };
}

/** Runs to its end before the next one starts; or goes on beside them, which Kubernetes calls a restartable init container. */
function initContainer(scene: Scene, container: Container): IContainer {
  const awaited = scene.workload.containers.flatMap(({ before }) => before[container.name] ?? []);
  if (awaited.every((ready) => ready === 'complete')) return containerOf(scene, container);
  const probes = awaited.includes('healthy') ? startupProbeOf(container) : {};
  return { ...containerOf(scene, container), restartPolicy: 'Always', ...probes };
}

function drainMs({ variables }: Container): number {
  const given = Number(variables['DRAIN_TIMEOUT_MS']);
  return Number.isFinite(given) && given > 0 ? given : DRAIN_MS;
}
