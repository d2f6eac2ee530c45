import { setTimeout as wait } from 'node:timers/promises';
import { deployService } from '../../src/target/kubernetes/deploy/deploy-service.ts';
import { DEFAULTS } from '../../src/target/kubernetes/deploy/options.ts';
import { planService } from '../../src/target/kubernetes/deploy/plan.ts';
import type { KubernetesObject } from '../../src/target/kubernetes/render/object.ts';
import type { Event, Pod } from '../../src/target/kubernetes/verdict/observed.ts';
import { REGISTRY } from '../../tests/kubernetes/cluster/parts.ts';
import { apiIn, type Shell, shellService } from '../../tests/kubernetes/scene.ts';
import { expectPass } from '../../tests/toolchain/run.ts';
import type { Stage } from './stage.ts';

/** A version that cannot work, and how a cluster shows it. */
export interface Broken {
  readonly name: string;
  readonly change?: Partial<Shell>;
  readonly migration?: string;
  readonly quota?: boolean;
  /** Whether a pod or an event shows it. */
  readonly shown: (seen: { readonly pods: readonly Pod[]; readonly events: readonly Event[] }) => boolean;
  readonly named: RegExp;
}

const states = (pods: readonly Pod[]) =>
  pods.flatMap(({ status }) => (status?.containerStatuses ?? []).flatMap(({ state, lastState }) => [state, lastState]));

export const BROKEN: readonly Broken[] = [
  {
    name: 'wrong image',
    change: { image: `${REGISTRY}/nothing:1` },
    shown: ({ pods }) => states(pods).some((state) => /ErrImagePull|ImagePullBackOff/.test(state?.waiting?.reason ?? '')),
    named: /cannot be pulled/,
  },
  {
    name: 'crash at start',
    change: { script: 'echo relation missing; exit 3' },
    shown: ({ pods }) => states(pods).some((state) => state?.terminated?.exitCode === 3),
    named: /exit code 3/,
  },
  {
    name: 'failing readiness',
    change: { probe: '/missing' },
    shown: ({ events }) => events.some(({ reason }) => reason === 'Unhealthy'),
    named: /Readiness probe failed/,
  },
  {
    name: 'out of memory',
    change: { script: 'x=a; while :; do x=$x$x; done' },
    shown: ({ pods }) => states(pods).some((state) => state?.terminated?.reason === 'OOMKilled'),
    named: /more memory/,
  },
  {
    name: 'no room on any node',
    change: { cpu: '900' },
    shown: ({ pods }) => pods.some(({ status }) => status?.conditions?.some(({ reason }) => reason === 'Unschedulable')),
    named: /no node takes it/,
  },
  {
    name: 'quota',
    quota: true,
    change: { memory: '33Mi' },
    shown: ({ events }) => events.some(({ reason }) => reason === 'FailedCreate'),
    named: /exceeded quota/,
  },
  {
    name: 'failed migration',
    migration: 'echo 0002_prices.sql failed; exit 1',
    shown: ({ pods }) => pods.filter(({ status }) => status?.phase === 'Failed').length > DEFAULTS.restarts,
    named: /exit code 1|job failed/,
  },
];

export interface Measured {
  readonly name: string;
  /** Seconds from the cluster showing it to svc naming it, to whoever waits. */
  readonly toCause: number;
  /** Seconds from the cluster showing it to the verdict: some causes may still come right, and are given their chance. */
  readonly toVerdict: number;
  /** Seconds from the verdict to the old version serving. */
  readonly toRestored: number;
  readonly cause: string;
}

/** Deploys a good version, then the broken one over it, and looks at the cluster meanwhile as anybody could. */
export async function measureCause(broken: Broken, stage: Stage): Promise<Measured> {
  const namespace = `cause-${broken.name.replaceAll(' ', '-')}`;
  const { cluster, shell } = stage;
  expectPass(await cluster.kubectl(['create', 'namespace', namespace]));
  await deploy(shellService('svc', { image: shell }), namespace);
  if (broken.quota) expectPass(await cluster.kubectl(['-n', namespace, 'create', 'quota', 'full', '--hard=pods=1']));
  const bad = shellService('svc', { image: shell, ...broken.change });
  const shown = watchFor(broken, namespace);
  const objects = broken.migration === undefined ? bad : [...bad, migration(broken.migration, shell)];
  const { namedAt, verdictAt, endedAt, why } = await deploy(objects, namespace, broken.named);
  const shownAt = await shown.stop();
  if (shownAt === undefined || namedAt === undefined || verdictAt === undefined) throw new Error(`${broken.name}: not named: ${why}`);
  const seconds = (from: number, to: number) => Math.max(0, (to - from) / 1_000);
  return {
    name: broken.name,
    toCause: seconds(shownAt, namedAt),
    toVerdict: seconds(shownAt, verdictAt),
    toRestored: seconds(verdictAt, endedAt),
    cause: why,
  };
}

async function deploy(objects: readonly KubernetesObject[], namespace: string, named = /^$/) {
  const api = apiIn(namespace);
  const told: { readonly at: number; readonly text: string }[] = [];
  const { outcome } = await deployService(await planService('svc', objects, api), {
    api,
    by: 'bench',
    options: { ...DEFAULTS, patienceMs: 60_000 },
    pause: (ms) => wait(ms),
    tell: (_, text) => void told.push({ at: Date.now(), text }),
    stillMine: async () => {},
  });
  if (outcome.is === 'failed' && !outcome.restored) throw new Error(`it did not go back: ${outcome.why}`);
  const why = outcome.is === 'failed' ? outcome.why : '';
  const verdictAt = told.find(({ text }) => text.startsWith('goes back'))?.at;
  const namedAt = told.find(({ text }) => named.test(text))?.at ?? (named.test(why) ? verdictAt : undefined);
  return { namedAt, verdictAt, endedAt: Date.now(), why };
}

/** Asks the cluster ten times a second until it shows what is wrong. */
function watchFor({ shown }: Broken, namespace: string): { stop(): Promise<number | undefined> } {
  const api = apiIn(namespace);
  let done = false;
  const watching = (async () => {
    while (!done) {
      const [pods, events] = await Promise.all([
        api.list<Pod>({ apiVersion: 'v1', kind: 'Pod' }),
        api.list<Event>({ apiVersion: 'v1', kind: 'Event' }),
      ]);
      if (shown({ pods, events })) return Date.now();
      await wait(100);
    }
  })();
  return {
    stop() {
      done = true;
      return watching;
    },
  };
}

function migration(script: string, image: string): KubernetesObject {
  const labels = { 'app.kubernetes.io/name': 'svc', 'app.kubernetes.io/component': 'migration', 'app.kubernetes.io/managed-by': 'svc' };
  const containers = [{ name: 'migrate', image, command: ['/bin/busybox', 'sh', '-c', script] }];
  const template = { metadata: { labels }, spec: { restartPolicy: 'Never', containers } };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'svc-migrate', labels }, spec: { backoffLimit: 1, template } };
}
