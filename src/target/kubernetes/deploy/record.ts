import { gunzipSync } from 'node:zlib';
import { SvcError } from '../../../errors.ts';
import type { Api } from '../api/api.ts';
import type { KubernetesObject } from '../render/object.ts';
import { namesOf } from './inventory.ts';
import { dataOf, MOST_UNPACKED_BYTES } from './record-size.ts';

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
  /** What its pods ran; not written down by earlier versions of svc, as is how long it took. */
  readonly images?: readonly string[];
  readonly tookMs?: number;
  /** Of the newest good ones: what `svc rollback` can go back to. */
  readonly objects?: readonly KubernetesObject[];
}

/** Objects of a user's own may hold secret values, so what was applied is kept as one. */
interface Secret extends KubernetesObject {
  readonly data?: Readonly<{ [name: string]: string }>;
}

/**
 * The record of a service; undefined where it was never deployed there.
 * @throws SvcError cluster/refused where somebody changed it by hand
 */
export async function readRecord(service: string, api: Api): Promise<Record | undefined> {
  const found = await api.get<Secret>(empty(service));
  if (!found) return undefined;
  const word = (name: string) => Buffer.from(found.data?.[name] ?? '', 'base64').toString('utf8');
  const part = <T>(name: string) => unpacked<T>(found.data?.[name], service);
  const phase = word('phase');
  const current = part<KubernetesObject[]>('current');
  if (!isPhase(phase) || !current) throw unreadable(service);
  const lastGood = part<KubernetesObject[]>('lastGood');
  const inventory = part<KubernetesObject[]>('inventory') ?? namesOf([...(lastGood ?? []), ...current]);
  const releases = part<Release[]>('releases') ?? [];
  return { phase, revision: Number(word('revision')), by: word('by'), at: word('at'), current, lastGood, inventory, releases };
}

/** @throws SvcError cluster/refused also where another tool has written into the record; workload/invalid where it does not fit */
export async function writeRecord(service: string, record: Record, api: Api): Promise<void> {
  const applied = await api.apply({ ...empty(service), data: dataOf(service, record) });
  if ('object' in applied) return;
  throw new SvcError('cluster/refused', `The record of ${service} was changed by ${applied.conflicts[0]?.manager}`, {
    hint: `Look at who: kubectl get secret ${recordName(service)} -o yaml --show-managed-fields`,
  });
}

function empty(service: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: recordName(service), labels: { 'app.kubernetes.io/managed-by': 'svc', 'svckit.dev/record': service } },
    type: 'svckit.dev/release',
  };
}

/** What the record of a service is called in its namespace. */
export function recordName(service: string): string {
  return `svc-release-${service}`;
}

function unpacked<T>(text: string | undefined, service: string): T | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(gunzipSync(Buffer.from(text, 'base64'), { maxOutputLength: MOST_UNPACKED_BYTES }).toString('utf8')) as T;
  } catch {
    throw unreadable(service);
  }
}

function isPhase(text: string): text is Record['phase'] {
  return text === 'pending' || text === 'deployed' || text === 'failed' || text === 'restored';
}

function unreadable(service: string): SvcError {
  return new SvcError('cluster/refused', `What svc wrote down of ${service} in the cluster cannot be read`, {
    hint: `Take it away, then deploy again: kubectl delete secret ${recordName(service)}`,
  });
}
