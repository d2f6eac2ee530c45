import { SvcError } from '../../../errors.ts';
import type { Api } from '../api/api.ts';
import type { KubernetesObject } from '../render/object.ts';

/** https://kubernetes.io/docs/concepts/architecture/leases/ */
interface Lease extends KubernetesObject {
  readonly metadata: KubernetesObject['metadata'] & { readonly resourceVersion?: string };
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
  };
}

/** Renewed at each third of it: who is not heard of for this long is gone. */
export const LEASE_SECONDS = 30;

export interface LeaseOrder {
  /** Whose deploys it keeps apart: the name of the lease. */
  readonly name: string;
  /** Who holds it, for whoever has to wait: `ada@laptop, process 4242, 1f0c`. */
  readonly holder: string;
}

/**
 * Takes the lease, or takes it over from a holder that has not renewed it in time. Its own is renewed.
 * @throws SvcError plan/busy naming the holder
 */
export async function hold({ name, holder }: LeaseOrder, api: Api, now: () => Date): Promise<void> {
  const of: KubernetesObject = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name } };
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const found = await api.get<Lease>(of);
    const other = found && otherHolder(found, holder, now());
    if (other) throw busy(name, other);
    const mine = leaseOf(of, { holder, now: now(), found });
    if (found ? await api.replace(mine) : await api.create(mine)) return;
  }
  throw busy(name, 'somebody else, at this very moment');
}

/** Lets go of it, so that nobody has to wait; one that was taken over by another is left to them. */
export async function release({ name, holder }: LeaseOrder, api: Api): Promise<void> {
  const of: KubernetesObject = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name } };
  const found = await api.get<Lease>(of);
  if (found?.spec?.holderIdentity !== holder) return;
  const { holderIdentity: _, ...spec } = found.spec;
  await api.replace({ ...found, spec } as Lease);
}

function otherHolder({ spec = {} }: Lease, holder: string, now: Date): string | undefined {
  const { holderIdentity, renewTime, leaseDurationSeconds = LEASE_SECONDS } = spec;
  if (holderIdentity === undefined || holderIdentity === '' || holderIdentity === holder) return undefined;
  const age = renewTime === undefined ? Number.POSITIVE_INFINITY : (now.getTime() - Date.parse(renewTime)) / 1000;
  return age > leaseDurationSeconds ? undefined : `${holderIdentity}, last heard of ${Math.max(0, Math.round(age))} s ago`;
}

/** With the version that was read: who comes second is refused by the API server. */
function leaseOf(of: KubernetesObject, { holder, now, found }: { holder: string; now: Date; found: Lease | undefined }): Lease {
  // A MicroTime has six digits behind the second.
  const time = now.toISOString().replace('Z', '000Z');
  const acquireTime = found?.spec?.holderIdentity === holder ? (found.spec.acquireTime ?? time) : time;
  const spec = { holderIdentity: holder, leaseDurationSeconds: LEASE_SECONDS, acquireTime, renewTime: time };
  return { ...of, metadata: { ...of.metadata, ...found?.metadata }, spec };
}

function busy(name: string, holder: string): SvcError {
  return new SvcError('plan/busy', `${name.replace(/^svc-/, '')} is being deployed by ${holder}`, {
    hint: `Wait for it to end; one that is gone is passed over after ${LEASE_SECONDS} s`,
  });
}
