import type { Api } from '../api/api.ts';
import { hold, type LeaseOrder, release } from './lease.ts';
import { pause } from './pause.ts';

/** Leases that are kept for as long as a deploy takes. */
export interface Holding {
  /** Throws where the lease of this service is another's by now: nothing more may be written. */
  stillMine(service: string): Promise<void>;
  letGo(): Promise<void>;
}

export interface Holder {
  readonly holder: string;
  readonly seconds: number;
  readonly api: Api;
  /** Answers even after the user asked to stop: so that nobody waits for who is gone. */
  readonly closingApi: Api;
}

/**
 * Takes the leases of services, one after the other by name so that no two wait for each other, and keeps them.
 * @throws SvcError plan/busy; none is held then
 */
export async function holdAll(services: readonly string[], { holder, seconds, api, closingApi }: Holder): Promise<Holding> {
  const leases = [...services].sort().map((service) => ({ service, order: { name: `svc-${service}`, holder, seconds } }));
  const renewed = new Map<string, number>();
  const renew = async (service: string, order: LeaseOrder) => {
    if (api.now().getTime() - (renewed.get(service) ?? 0) < (seconds * 1000) / 3) return;
    await hold(order, api);
    renewed.set(service, api.now().getTime());
  };
  const end = new AbortController();
  const letGo = async () => {
    end.abort();
    await Promise.all(leases.map(({ order }) => release(order, closingApi)));
  };
  try {
    for (const { service, order } of leases) await renew(service, order);
  } catch (error) {
    await letGo();
    throw error;
  }
  const renewAll = () => Promise.allSettled(leases.map(({ service, order }) => renew(service, order)));
  void beat(renewAll, (seconds * 1000) / 3, end.signal);
  return {
    stillMine: async (service) => {
      const lease = leases.find((each) => each.service === service);
      if (lease) await renew(service, lease.order);
    },
    letGo,
  };
}

/** A service that waits for others is held all the same. What fails here fails once more where it matters: before the next write. */
async function beat(renew: () => Promise<unknown>, everyMs: number, end: AbortSignal): Promise<void> {
  while (!end.aborted) {
    await pause(everyMs, end).catch(() => {});
    if (!end.aborted) await renew();
  }
}
