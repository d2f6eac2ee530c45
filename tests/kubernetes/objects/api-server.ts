import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { vi } from 'vitest';
import { freePort } from '../../toolchain/loopback.ts';
import { expectPass, type Outcome, run } from '../../toolchain/run.ts';

/** A real API server with its store and nothing else: it knows every rule for objects, and runs none of them. */
export interface ApiServer {
  /** kubectl, pointed at it. */
  kubectl(args: readonly string[], input?: string): Promise<Outcome>;
  stop(): Promise<void>;
}

const CRDS = fileURLToPath(new URL('crds', import.meta.url));

/** Starts one that holds its state in `folder`; `kube` is the program that is all of Kubernetes in one. */
export async function startApiServer(folder: string, kube: string): Promise<ApiServer> {
  const [clientPort, peerPort, port] = await Promise.all([freePort(), freePort(), freePort()]);
  const token = randomBytes(16).toString('hex');
  await writeFile(join(folder, 'tokens.csv'), `${token},admin,1,"system:masters"\n`);
  expectPass(await run(['openssl', 'genrsa', '-out', join(folder, 'sa.key'), '2048']));
  const etcd = startProcess(folder, ['etcd', ...etcdFlags(clientPort, peerPort)]);
  const server = startProcess(folder, [kube, 'apiserver', ...serverFlags(folder, { port, etcd: clientPort })]);
  const stop = async () => {
    for (const each of [server, etcd]) each.kill('SIGKILL');
    await Promise.all([server, etcd]);
  };
  const access = [`--server=https://127.0.0.1:${port}`, '--insecure-skip-tls-verify', `--token=${token}`, `--cache-dir=${folder}/cache`];
  const kubectl = (args: readonly string[], input?: string) =>
    run([kube, 'kubectl', ...access, ...args], input === undefined ? { cwd: folder } : { cwd: folder, input });
  try {
    await vi.waitFor(async () => expectPass(await kubectl(['get', '--raw', '/readyz'])), { timeout: 60_000, interval: 300 });
    expectPass(await kubectl(['apply', '--server-side', '--filename', CRDS]));
    expectPass(await kubectl(['wait', '--for=condition=Established', '--timeout=30s', 'crd', '--all']));
  } catch (error) {
    await stop();
    throw error;
  }
  return { kubectl, stop };
}

function startProcess(cwd: string, [file, ...args]: readonly [string, ...string[]]) {
  return execa(file, args, { cwd, reject: false, stdio: 'ignore' });
}

function etcdFlags(client: number, peer: number): readonly string[] {
  const at = (port: number) => `http://127.0.0.1:${port}`;
  return [
    ...['--data-dir=etcd', '--unsafe-no-fsync', `--listen-client-urls=${at(client)}`, `--advertise-client-urls=${at(client)}`],
    ...[`--listen-peer-urls=${at(peer)}`, `--initial-advertise-peer-urls=${at(peer)}`, `--initial-cluster=default=${at(peer)}`],
  ];
}

function serverFlags(folder: string, { port, etcd }: { readonly port: number; readonly etcd: number }): readonly string[] {
  const key = join(folder, 'sa.key');
  return [
    ...[`--etcd-servers=http://127.0.0.1:${etcd}`, `--secure-port=${port}`, '--bind-address=127.0.0.1', '--advertise-address=127.0.0.1'],
    ...[`--cert-dir=${folder}/certs`, '--service-cluster-ip-range=10.96.0.0/16', `--token-auth-file=${folder}/tokens.csv`],
    ...[
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${key}`,
      `--service-account-signing-key-file=${key}`,
    ],
    ...['--authorization-mode=RBAC', '--shutdown-delay-duration=0s', '--disable-admission-plugins=ServiceAccount'],
  ];
}
