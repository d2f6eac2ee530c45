import type { Api } from './api/api.ts';
import { isAwaited, observe } from './deploy/observe.ts';
import { DEFAULTS } from './deploy/options.ts';
import { imagesIn } from './deploy/pod-images.ts';
import { type Record, readRecord } from './deploy/record.ts';
import { titleOf } from './render/object.ts';
import { judge, type Verdict } from './verdict/verdict.ts';

/** How a service stands in an environment, on one line. `none`: it was never deployed there; `gone`: its workload was taken away. */
export interface Standing {
  readonly service: string;
  readonly state: Verdict['state'] | 'gone' | 'none';
  readonly record?: Record;
  readonly images: readonly string[];
  /** Pods of its deployments; absent for a job. */
  readonly pods?: { readonly ready: number; readonly wanted: number };
  /** Why it is not ready: the likeliest cause, or what it waits for. */
  readonly why?: string;
}

/**
 * How services stand in a namespace, by the same rules as a deploy's verdict.
 * @throws SvcError cluster/…
 */
export async function standingsOf(services: readonly string[], api: Api): Promise<readonly Standing[]> {
  const once = askingOnce(api);
  return Promise.all(services.map((service) => standingOf(service, once)));
}

async function standingOf(service: string, api: Api): Promise<Standing> {
  const record = await readRecord(service, api);
  if (!record) return { service, state: 'none', images: [] };
  const seen = await Promise.all(record.current.filter(isAwaited).map((workload) => lookAt(workload, api)));
  const worst =
    seen.find(({ state }) => state !== 'ready' && state !== 'waiting') ?? seen.find(({ state }) => state === 'waiting') ?? READY;
  const pods = seen.flatMap((each) => each.pods ?? []);
  const sum = (of: 'ready' | 'wanted') => pods.reduce((total, each) => total + each[of], 0);
  return {
    service,
    record,
    images: imagesIn(record.current),
    state: worst.state,
    ...(worst.why !== undefined && { why: worst.why }),
    ...(pods.length > 0 && { pods: { ready: sum('ready'), wanted: sum('wanted') } }),
  };
}

type Seen = Pick<Standing, 'state' | 'why' | 'pods'>;

const READY: Seen = { state: 'ready' };

async function lookAt(workload: Record['current'][number], api: Api): Promise<Seen> {
  const observation = await observe(workload, api);
  // A job that is done is taken away after a day; a deployment never by itself.
  if (!observation) return workload.kind === 'Job' ? READY : { state: 'gone', why: `${titleOf(workload)} is not there any more` };
  const verdict = judge(observation, DEFAULTS);
  const { workload: found } = observation;
  const pods = found.kind === 'Deployment' && {
    pods: { ready: found.object.status?.readyReplicas ?? 0, wanted: found.object.spec.replicas ?? 1 },
  };
  if (verdict.state === 'ready') return { state: 'ready', ...pods };
  const why = verdict.causes[0]?.message ?? (verdict.state === 'waiting' ? `waits for ${verdict.for}` : 'it failed');
  return { state: verdict.state, why, ...pods };
}

/** What is listed for one service serves for the others: events are those of the whole namespace. */
function askingOnce(api: Api): Api {
  const asked = new Map<string, Promise<readonly unknown[]>>();
  return {
    ...api,
    list<T>(kind: Parameters<Api['list']>[0], labels?: Readonly<{ [name: string]: string }>) {
      const key = JSON.stringify([kind.apiVersion, kind.kind, labels]);
      const answer = asked.get(key) ?? api.list<T>(kind, labels);
      asked.set(key, answer);
      return answer as Promise<readonly T[]>;
    },
  };
}
