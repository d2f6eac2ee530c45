import { gunzipSync, gzipSync } from 'node:zlib';
import { SvcError } from '../../../errors.ts';
import type { Api } from '../api/api.ts';
import type { KubernetesObject } from '../render/object.ts';
import { keyOf } from './groups.ts';

/** What a cluster is told of a service's deploys: enough to go on, to go back and to take away, whoever comes next. */
export interface Record {
  /** `pending` while a deploy is under way: one that was killed is found by it. */
  readonly phase: 'pending' | 'deployed' | 'failed' | 'restored';
  readonly revision: number;
  readonly by: string;
  /** RFC 3339. */
  readonly at: string;
  /** What was or is being applied. */
  readonly current: readonly KubernetesObject[];
  /** What served last before that; undefined before the first success. */
  readonly lastGood: readonly KubernetesObject[] | undefined;
}

interface ConfigMap extends KubernetesObject {
  readonly data?: Readonly<{ [name: string]: string }>;
  readonly binaryData?: Readonly<{ [name: string]: string }>;
}

/**
 * The record of a service; undefined where it was never deployed there.
 * @throws SvcError cluster/refused where somebody changed it by hand
 */
export async function readRecord(service: string, api: Api): Promise<Record | undefined> {
  const found = await api.get<ConfigMap>(empty(service));
  if (!found) return undefined;
  const { phase, revision, by = '', at = '' } = found.data ?? {};
  const current = objectsIn(found.binaryData?.['current'], service);
  if (!isPhase(phase) || !current) throw unreadable(service);
  return { phase, revision: Number(revision), by, at, current, lastGood: objectsIn(found.binaryData?.['lastGood'], service) };
}

/** @throws SvcError cluster/refused also where another tool has written into the record */
export async function writeRecord(service: string, { current, lastGood, ...record }: Record, api: Api): Promise<void> {
  const data = { phase: record.phase, revision: String(record.revision), by: record.by, at: record.at };
  const binaryData = { current: packed(current), ...(lastGood && { lastGood: packed(lastGood) }) };
  const applied = await api.apply({ ...empty(service), data, binaryData });
  if ('object' in applied) return;
  throw new SvcError('cluster/refused', `The record of ${service} was changed by ${applied.conflicts[0]?.manager}`, {
    hint: `Look at it: kubectl get configmap ${nameFor(service)} -o yaml --show-managed-fields`,
  });
}

/** What the cluster may hold of a service beyond these objects, by key: everything that was ever written down and not taken away. */
export function leftOver(
  { current, lastGood = [] }: Pick<Record, 'current' | 'lastGood'>,
  now: readonly KubernetesObject[],
): readonly KubernetesObject[] {
  const wanted = new Set(now.map(keyOf));
  const known = new Map([...lastGood, ...current].map((object) => [keyOf(object), object]));
  return [...known].filter(([key]) => !wanted.has(key)).map(([, object]) => object);
}

function empty(service: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: nameFor(service), labels: { 'app.kubernetes.io/managed-by': 'svc', 'svckit.dev/record': service } },
  };
}

function nameFor(service: string): string {
  return `svc-release-${service}`;
}

function packed(objects: readonly KubernetesObject[]): string {
  return gzipSync(JSON.stringify(objects)).toString('base64');
}

function objectsIn(text: string | undefined, service: string): readonly KubernetesObject[] | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(
      gunzipSync(Buffer.from(text, 'base64'), { maxOutputLength: 32 * 1_048_576 }).toString('utf8'),
    ) as readonly KubernetesObject[];
  } catch {
    throw unreadable(service);
  }
}

function isPhase(text: string | undefined): text is Record['phase'] {
  return text === 'pending' || text === 'deployed' || text === 'failed' || text === 'restored';
}

function unreadable(service: string): SvcError {
  return new SvcError('cluster/refused', `What svc wrote down of ${service} in the cluster cannot be read`, {
    hint: `Take it away, then deploy again: kubectl delete configmap ${nameFor(service)}`,
  });
}
