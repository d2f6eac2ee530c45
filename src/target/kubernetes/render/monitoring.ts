import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { portName } from './container.ts';
import { metadataOf } from './metadata.ts';
import type { ObjectMeta } from './object.ts';
import type { Scene } from './scene.ts';

/** The parts of the Prometheus operator's kinds that svc writes (monitoring.coreos.com/v1). */
export interface ServiceMonitor {
  readonly apiVersion: 'monitoring.coreos.com/v1';
  readonly kind: 'ServiceMonitor';
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly jobLabel: string;
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly endpoints: readonly { readonly port: string; readonly path: string; readonly interval: string }[];
  };
}

export interface PrometheusRule {
  readonly apiVersion: 'monitoring.coreos.com/v1';
  readonly kind: 'PrometheusRule';
  readonly metadata: ObjectMeta;
  readonly spec: { readonly groups: readonly unknown[] };
}

/** Lets Prometheus scrape each pod, under `job="<service>"`, as the service's own alerts expect it. */
export function serviceMonitor(scene: Scene): ServiceMonitor | undefined {
  const [port] = scene.workload.ports;
  if (!scene.environment.monitoring || !port) return undefined;
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'ServiceMonitor',
    metadata: monitoredMetadata(scene),
    spec: {
      jobLabel: 'app.kubernetes.io/name',
      selector: { matchLabels: { 'app.kubernetes.io/name': scene.service.name, 'svckit.dev/service': scene.service.name } },
      endpoints: [{ port: portName(port.name), path: '/metrics', interval: '30s' }],
    },
  };
}

/** The service's own alerts, from its folder `observability/`. */
export function prometheusRule(scene: Scene): PrometheusRule | undefined {
  const { rules } = scene.observability;
  if (!scene.environment.monitoring || rules.length === 0) return undefined;
  return { apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule', metadata: monitoredMetadata(scene), spec: { groups: rules } };
}

/** The service's dashboards, with the label by which Grafana's sidecar finds them. */
export function dashboards(scene: Scene): IConfigMap | undefined {
  const found = scene.observability.dashboards;
  if (!scene.environment.monitoring || found.length === 0) return undefined;
  const metadata = metadataOf(scene, `${scene.service.name}-dashboards`);
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { ...metadata, labels: { ...metadata.labels, grafana_dashboard: '1' } },
    data: Object.fromEntries(found.map(({ file, text }) => [`${scene.service.name}-${file}`, text])),
  };
}

function monitoredMetadata(scene: Scene): ObjectMeta {
  const metadata = metadataOf(scene);
  return { ...metadata, labels: { ...metadata.labels, ...scene.environment.monitoring?.labels } };
}
