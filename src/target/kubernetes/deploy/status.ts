import { SvcError } from '../../../errors.ts';
import type { Api } from '../api/api.ts';
import { judge, type Verdict } from '../verdict/verdict.ts';
import { type Evidence, gather } from './evidence.ts';
import { isAwaited, observe } from './observe.ts';
import { DEFAULTS } from './options.ts';
import { type Record, type Release, readRecord } from './record.ts';

/** How one workload of a service stands. */
export interface WorkloadStatus {
  /** `deployment/orders`. */
  readonly object: string;
  /** `gone`: it was deployed, and is not there. */
  readonly state: Verdict['state'] | 'gone';
  /** Of `waiting`. */
  readonly waitsFor?: string;
  readonly evidence: Evidence;
}

export interface ServiceStatus {
  readonly service: string;
  readonly record: Record;
  readonly workloads: readonly WorkloadStatus[];
}

/**
 * How a service stands in a namespace, by the same rules as a deploy's verdict.
 * @throws SvcError cluster/…; cluster/refused where it was never deployed there
 */
export async function statusOf(service: string, api: Api): Promise<ServiceStatus> {
  const record = await requireRecord(service, api);
  const workloads = await Promise.all(
    record.current.filter(isAwaited).map(async (workload): Promise<WorkloadStatus> => {
      const object = `${workload.kind.toLowerCase()}/${workload.metadata.name}`;
      const observation = await observe(workload, api);
      if (!observation) return { object, state: 'gone', evidence: { causes: [], logs: [], events: [] } };
      const verdict = judge(observation, DEFAULTS);
      const evidence =
        verdict.state === 'ready' ? { causes: [], logs: [], events: [] } : await gather(workload, { api, restarts: DEFAULTS.restarts });
      return { object, state: verdict.state, ...(verdict.state === 'waiting' && { waitsFor: verdict.for }), evidence };
    }),
  );
  return { service, record, workloads };
}

/**
 * The good release to go back to: that of a revision, or the one before what was deployed last.
 * @throws SvcError input/invalid naming those that there are
 */
export async function releaseOf(service: string, revision: number | undefined, api: Api): Promise<Release> {
  const { releases } = await requireRecord(service, api);
  const good = releases.filter(({ objects }) => objects !== undefined);
  const found = revision === undefined ? good[1] : good.find((release) => release.revision === revision);
  if (found) return found;
  const kept = good.map((release) => release.revision).join(', ') || 'none';
  const message = revision === undefined ? `${service} has no release before this one` : `Revision ${revision} of ${service} is not kept`;
  throw new SvcError('input/invalid', message, { hint: `Kept with all that is needed to go back: ${kept}` });
}

async function requireRecord(service: string, api: Api): Promise<Record> {
  const record = await readRecord(service, api);
  if (record) return record;
  throw new SvcError('cluster/refused', `${service} was never deployed to ${api.namespace}`, {
    hint: `Deploy it: svc deploy ${service} --env …`,
  });
}
