import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectPass, run } from '../toolchain/run.ts';
import { builderEnv } from './builder.ts';
import type { Cluster } from './cluster/cluster.ts';
import { REGISTRY } from './cluster/parts.ts';

/** What a client in a pod asks for, and how often. */
export interface Load {
  readonly image: string;
  readonly seconds: number;
  readonly perSecond: number;
  readonly fast: { readonly url: string; readonly body: object };
  /** Of each tenth request. */
  readonly slowUrl: string;
}

export interface Seen {
  readonly asked: number;
  readonly answered: number;
  readonly seconds: number;
  readonly lost: readonly {
    readonly number: number;
    readonly slow: boolean;
    readonly at: string;
    readonly ms: number;
    readonly why: string;
  }[];
}

/** The image of the client, on the base of this Dockerfile, pushed to the cluster's registry; resolves with its name by digest. */
export async function pushClient(dockerfile: string): Promise<string> {
  const context = mkdtempSync(join(tmpdir(), 'svckit-client-'));
  const env = builderEnv(join(context, '.builder'));
  try {
    const [base = ''] = /^FROM \S+/m.exec(dockerfile) ?? [];
    writeFileSync(join(context, 'Dockerfile'), `${base}\nCOPY client.mjs /client.mjs\nUSER 10001:10001\nCMD ["node", "/client.mjs"]\n`);
    copyFileSync(join(import.meta.dirname, 'client.mjs'), join(context, 'client.mjs'));
    const name = `${REGISTRY}/client:1`;
    expectPass(await run(['buildah', 'build', '--layers', '--quiet', '--tag', name, context], { env }));
    expectPass(await run(['buildah', 'push', '--quiet', '--digestfile', join(context, 'digest'), name], { env }));
    return `${REGISTRY}/client@${readFileSync(join(context, 'digest'), 'utf8').trim()}`;
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}

/** Starts the client; resolves when it asks. */
export async function startClient(load: Load, cluster: Cluster): Promise<void> {
  expectPass(await cluster.kubectl(['apply', '--server-side', '--filename=-'], JSON.stringify(podOf(load))));
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 200))) {
    if ((await logOf(cluster)).startsWith('begun')) return;
  }
  throw new Error(`the client did not begin\n${(await cluster.kubectl(['-n', 'shop', 'describe', 'pod', 'client'])).output}`);
}

/** What the client saw, when it is done. */
export async function seenBy({ seconds }: Pick<Load, 'seconds'>, cluster: Cluster): Promise<Seen> {
  const done = ['--for=jsonpath={.status.phase}=Succeeded', `--timeout=${seconds + 30}s`];
  expectPass(await cluster.kubectl(['-n', 'shop', 'wait', 'pod/client', ...done]));
  return JSON.parse((await logOf(cluster)).split('\n')[1] ?? '') as Seen;
}

async function logOf(cluster: Cluster): Promise<string> {
  return (await cluster.kubectl(['-n', 'shop', 'logs', 'client'])).output;
}

function podOf({ image, seconds, perSecond, fast, slowUrl }: Load): object {
  const values = { SECONDS: seconds, PER_SECOND: perSecond, FAST_URL: fast.url, FAST_BODY: JSON.stringify(fast.body), SLOW_URL: slowUrl };
  const env = Object.entries(values).map(([name, value]) => ({ name, value: String(value) }));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'client', namespace: 'shop' },
    spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 1, containers: [{ name: 'main', image, env }] },
  };
}
