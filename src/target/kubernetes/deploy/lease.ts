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

export interface LeaseOrder {
  /** Whose deploys it keeps apart: the name of the lease. */
  readonly name: string;
  /** Who holds it, unlike anybody else, for whoever has to wait: `ada@laptop, process 4242, 1f0c`. */
  readonly holder: string;
  /** Renewed at each third of it: who is not heard of for this long is gone. */
  readonly seconds: number;
}

const MOST_ATTEMPTS = 4;

/**
 * Takes the lease, or takes it over from a holder that has not renewed it in time. Its own is renewed.
 * @throws SvcError plan/busy naming the holder
 */
export async function hold(order: LeaseOrder, api: Api): Promise<void> {
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
    const found = await api.get<Lease>(objectOf(order));
    const other = found && otherHolder(found, order, api.now());
    if (other) throw busy(order, other);
    const mine = leaseOf(order, api.now(), found);
    if (await (found ? api.replace(mine) : makeSure(() => api.create(mine), attempt))) return;
  }
  throw busy(order, 'somebody else, at this very moment');
}

/** Whether a new lease arrived is not known where no answer did: the next look at it tells, since it names its holder. */
async function makeSure(create: () => Promise<boolean>, attempt: number): Promise<boolean> {
  try {
    return await create();
  } catch (error) {
    if (attempt < MOST_ATTEMPTS && error instanceof SvcError && !/^cluster\/(unauthorized|forbidden)$/.test(error.code)) return false;
    throw error;
  }
}

/** Lets go of it, so that nobody has to wait; one that was taken over by another is left to them. */
export async function release(order: LeaseOrder, api: Api): Promise<void> {
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
    try {
      const found = await api.get<Lease>(objectOf(order));
      if (found?.spec?.holderIdentity !== order.holder) return;
      const { holderIdentity: _, ...spec } = found.spec;
      if (await api.replace({ ...found, spec } as Lease)) return;
    } catch (error) {
      // Everybody else waits for this: a passing failure is not the end of it. What is left runs out by itself.
      if (attempt === MOST_ATTEMPTS || !(error instanceof SvcError)) return;
    }
  }
}

function objectOf({ name }: LeaseOrder): KubernetesObject {
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name } };
}

function otherHolder({ spec = {} }: Lease, { holder, seconds }: LeaseOrder, now: Date): string | undefined {
  const { holderIdentity, renewTime, leaseDurationSeconds = seconds } = spec;
  if (holderIdentity === undefined || holderIdentity === '' || holderIdentity === holder) return undefined;
  const age = renewTime === undefined ? Number.POSITIVE_INFINITY : (now.getTime() - Date.parse(renewTime)) / 1000;
  return age > leaseDurationSeconds ? undefined : `${holderIdentity}, last heard of ${Math.max(0, Math.round(age))} s ago`;
}

/** With the version that was read: who comes second is refused by the API server. */
function leaseOf(order: LeaseOrder, now: Date, found: Lease | undefined): Lease {
  const { holder, seconds } = order;
  // A MicroTime has six digits behind the second.
  const time = now.toISOString().replace('Z', '000Z');
  const acquireTime = found?.spec?.holderIdentity === holder ? (found.spec.acquireTime ?? time) : time;
  const spec = { holderIdentity: holder, leaseDurationSeconds: seconds, acquireTime, renewTime: time };
  return { ...objectOf(order), metadata: { ...objectOf(order).metadata, ...found?.metadata }, spec };
}

function busy({ name, seconds }: LeaseOrder, holder: string): SvcError {
  return new SvcError('plan/busy', `${name.replace(/^svc-/, '')} is being deployed by ${holder}`, {
    hint: `Wait for it to end; one that is gone is passed over after ${seconds} s`,
  });
}
