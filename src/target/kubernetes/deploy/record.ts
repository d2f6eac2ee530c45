import { gunzipSync, gzipSync } from 'node:zlib';
import { SvcError } from '../../../errors.ts';
import type { Api } from '../api/api.ts';
import type { KubernetesObject } from '../render/object.ts';
import { namesOf } from './inventory.ts';

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
  /** The names of everything that may be there: whatever was applied and not taken away since. */
  readonly inventory: readonly KubernetesObject[];
  /** The deploys before this one, and this one once it is over; the newest first. */
  readonly releases: readonly Release[];
}

/** A deploy that is over. */
export interface Release {
  readonly revision: number;
  readonly by: string;
  /** RFC 3339. */
  readonly at: string;
  /** `interrupted`: nobody knows how it would have ended. */
  readonly outcome: 'deployed' | 'failed' | 'restored' | 'interrupted';
  readonly reason?: string;
  /** Of the newest good ones: what `svc rollback` can go back to. */
  readonly objects?: readonly KubernetesObject[];
}

/** What a record may be in memory: it was packed, and a few bytes can become very many. */
const MOST_BYTES = 32 * 1_048_576;

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
  const part = <T>(name: string) => unpacked<T>(found.binaryData?.[name], service);
  const current = part<KubernetesObject[]>('current');
  if (!isPhase(phase) || !current) throw unreadable(service);
  const lastGood = part<KubernetesObject[]>('lastGood');
  const inventory = part<KubernetesObject[]>('inventory') ?? namesOf([...(lastGood ?? []), ...current]);
  return { phase, revision: Number(revision), by, at, current, lastGood, inventory, releases: part<Release[]>('releases') ?? [] };
}

/** @throws SvcError cluster/refused also where another tool has written into the record */
export async function writeRecord(service: string, record: Record, api: Api): Promise<void> {
  const { phase, revision, by, at, lastGood } = record;
  const data = { phase, revision: String(revision), by, at };
  const binaryData = {
    current: packed(record.current),
    inventory: packed(record.inventory),
    releases: packed(record.releases),
    ...(lastGood && { lastGood: packed(lastGood) }),
  };
  const applied = await api.apply({ ...empty(service), data, binaryData });
  if ('object' in applied) return;
  throw new SvcError('cluster/refused', `The record of ${service} was changed by ${applied.conflicts[0]?.manager}`, {
    hint: `Look at it: kubectl get configmap ${nameFor(service)} -o yaml --show-managed-fields`,
  });
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

function packed(content: unknown): string {
  return gzipSync(JSON.stringify(content)).toString('base64');
}

function unpacked<T>(text: string | undefined, service: string): T | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(gunzipSync(Buffer.from(text, 'base64'), { maxOutputLength: MOST_BYTES }).toString('utf8')) as T;
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
