import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Cluster, startCluster, whyNoCluster } from '../../tests/kubernetes/cluster/cluster.ts';
import { API_SERVER, BUILT } from '../../tests/kubernetes/cluster/parts.ts';
import { pushShell } from '../../tests/kubernetes/images.ts';
import { expectPass } from '../../tests/toolchain/run.ts';
import { TOOLS_DIR } from '../../tests/toolchain/tools.ts';

/** A cluster, and programs to measure on it. */
export interface Stage {
  readonly cluster: Cluster;
  readonly folder: string;
  /** An image that does what its command says. */
  readonly shell: string;
  readonly apiServer: URL;
  readonly kube: string;
  readonly helm: string;
  /** Returns the whole path. */
  write(path: string, text: string): string;
  read(path: string): string;
  close(): Promise<void>;
}

/**
 * Starts the cluster of the tests.
 * @throws Error where a machine has none, or no Helm
 */
export async function openStage(): Promise<Stage> {
  const reason = whyNoCluster();
  if (reason !== undefined) throw new Error(reason);
  const helm = join(TOOLS_DIR, 'bin', 'helm');
  if (!existsSync(helm)) throw new Error('the peer is not here: bash .ci/tools.sh helm');
  const folder = mkdtempSync(join(tmpdir(), 'svckit-bench-kubernetes-'));
  const cluster = await startCluster();
  process.env['KUBECONFIG'] = cluster.kubeconfig;
  return {
    cluster,
    folder,
    shell: await pushShell(),
    apiServer: new URL(API_SERVER),
    kube: join(BUILT, 'kube'),
    helm,
    write(path, text) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
      return join(folder, path);
    },
    read: (path) => readFileSync(join(folder, path), 'utf8'),
    async close() {
      await cluster.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Makes a namespace. */
export async function makeNamespace(name: string, { cluster }: Stage): Promise<void> {
  expectPass(await cluster.kubectl(['create', 'namespace', name]));
}

/** A kubeconfig whose way to the API server leads over another port of this machine. */
export function detour(port: number, { cluster, write }: Stage): string {
  const way = `cluster: { server: 'https://127.0.0.1:${port}', insecure-skip-tls-verify: true }`;
  return write('detour', readFileSync(cluster.kubeconfig, 'utf8').replace(/cluster: \{.*?\}/, way));
}
