import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Outcome, run } from '../../toolchain/run.ts';
import { BUILT, CONTAINERS, CONTROL_GROUP, filesOf, NETWORK, NODE, type Part, SERVER, STATE, STORE } from './parts.ts';

const SOCKET = join(STATE, 'containerd.sock');
const PATIENCE_MS = 60_000;

/** A real Kubernetes of one node: its API server answers on this machine, its pods live in a network of their own. */
export interface Cluster {
  readonly kubeconfig: string;
  /** Runs kubectl against it. */
  kubectl(args: readonly string[], input?: string): Promise<Outcome>;
  /** Ends all of it, and leaves nothing. */
  stop(): Promise<void>;
}

/** Why there can be no cluster here; undefined where there can. */
export function whyNoCluster(): string | undefined {
  if (process.getuid?.() !== 0) return 'a cluster needs root: for a network and containers of its own';
  const missing = ['kube', 'coredns', 'registry', 'pause.tar'].filter((name) => !existsSync(join(BUILT, name)));
  return missing.length > 0 ? `a cluster needs ${missing.join(', ')}; build with: bash .ci/tools.sh debian kubernetes` : undefined;
}

/** Starts the cluster; what an earlier run left of it is taken away first. One of each number on a machine. */
export async function startCluster(): Promise<Cluster> {
  await stop();
  const kubeconfig = join(STATE, 'kubeconfig');
  const kubectl = async (args: readonly string[], input = '') =>
    run([join(BUILT, 'kube'), 'kubectl', ...args], { env: { KUBECONFIG: kubeconfig }, input });
  try {
    writeFiles();
    makeControlGroup();
    await makeNetwork();
    start(STORE);
    start(SERVER);
    start(CONTAINERS);
    await Promise.all([until(SERVER, () => kubectl(['get', '--raw=/readyz'])), providePause()]);
    for (const part of NODE) start(part);
    await until({ name: 'kubelet' }, () => kubectl(['wait', '--for=condition=Ready', 'node/node1', '--timeout=1s']));
  } catch (error) {
    await stop();
    throw error;
  }
  return { kubeconfig, kubectl, stop };
}

function writeFiles(): void {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keys = {
    'sa.key': privateKey.export({ type: 'pkcs1', format: 'pem' }),
    'sa.pub': publicKey.export({ type: 'spki', format: 'pem' }),
  };
  for (const [name, text] of Object.entries({ ...filesOf(randomBytes(16).toString('hex')), ...keys })) {
    mkdirSync(dirname(join(STATE, name)), { recursive: true });
    writeFileSync(join(STATE, name), text, { mode: 0o600 });
  }
}

/** In each hierarchy of controllers, as the kubelet wants to find it. */
function makeControlGroup(): void {
  const mounts = readFileSync('/proc/mounts', 'utf8').matchAll(/^cgroup2? (\S+) /gm);
  for (const [, mount = ''] of mounts) mkdirSync(join(mount, CONTROL_GROUP), { recursive: true });
}

async function makeNetwork(): Promise<void> {
  const { namespace, cluster, machine } = NETWORK;
  const inside = ['-n', namespace] as const;
  await must(['ip', 'netns', 'add', namespace]);
  await must(['ip', 'link', 'add', LINK, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace]);
  await must(['ip', 'addr', 'add', `${machine}/24`, 'dev', LINK]);
  await must(['ip', 'link', 'set', LINK, 'up']);
  await must(['ip', ...inside, 'link', 'set', 'lo', 'up']);
  await must(['ip', ...inside, 'addr', 'add', `${cluster}/24`, 'dev', 'eth0']);
  await must(['ip', ...inside, 'link', 'set', 'eth0', 'up']);
  await must(['ip', ...inside, 'route', 'add', 'default', 'via', machine]);
  await must([...IN_NETWORK, 'sysctl', '--quiet', '--write', 'net.ipv4.ip_forward=1']);
}

const LINK = NETWORK.namespace;
/** Not `ip netns exec`: that mounts another /sys, in which there are no control groups. */
const IN_NETWORK = ['nsenter', `--net=/run/netns/${NETWORK.namespace}`] as const;

/** Its process id is on disk before anything depends on it, so that the next run can end it. */
function start({ name, command }: Part): void {
  const log = openSync(join(STATE, `${name}.log`), 'a');
  const [file, ...args] = [...IN_NETWORK, ...command];
  const child = spawn(file, args, { cwd: STATE, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  child.unref();
  writeFileSync(join(STATE, `${name}.pid`), String(child.pid));
}

async function providePause(): Promise<void> {
  await until(CONTAINERS, () => run(['ctr', '--address', SOCKET, 'version']));
  await must(['ctr', '--address', SOCKET, '--namespace', 'k8s.io', 'images', 'import', join(BUILT, 'pause.tar')]);
}

async function until({ name }: Pick<Part, 'name'>, attempt: () => Promise<Outcome>): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await wait(100)) {
    if ((await attempt()).exitCode === 0) return;
  }
  const log = readFileSync(join(STATE, `${name}.log`), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(-10)
    .join('\n');
  throw new Error(`${name} is not ready after ${PATIENCE_MS / 1000} s\n${log}`);
}

async function must(command: readonly [string, ...string[]]): Promise<void> {
  const { exitCode, output } = await run(command);
  if (exitCode !== 0) throw new Error(`${command.join(' ')}: exit code ${exitCode}\n${output}`);
}

/** From the outside in: who would start things again ends first. Works on what a killed run left, too. */
async function stop(): Promise<void> {
  if (existsSync(STATE)) {
    for (const { name } of [...NODE, SERVER]) end(name);
    await endContainers();
    end(STORE.name);
    await unmount();
  }
  await run(['ip', 'netns', 'delete', NETWORK.namespace]);
  await run(['ip', 'link', 'delete', LINK]);
  rmSync(STATE, { recursive: true, force: true });
}

function end(name: string): void {
  const file = join(STATE, `${name}.pid`);
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  if (pid > 0 && isOurs(pid)) process.kill(pid, 'SIGKILL');
}

/** The id may have been given to another process since. */
function isOurs(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === STATE;
  } catch {
    return false;
  }
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

async function endContainers(): Promise<void> {
  const ctr = ['ctr', '--address', SOCKET, '--namespace', 'k8s.io'] as const;
  const { exitCode, output } = await run([...ctr, 'tasks', 'list', '--quiet']);
  const tasks = exitCode === 0 ? output.split('\n').filter(Boolean) : [];
  await Promise.all(tasks.map((task) => run([...ctr, 'tasks', 'delete', '--force', task])));
  end(CONTAINERS.name);
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    if (commandOf(pid).includes(SOCKET)) process.kill(Number(pid), 'SIGKILL');
  }
}

async function unmount(): Promise<void> {
  const mounts = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
  for (const mount of mounts
    .filter((path) => path.startsWith(`${STATE}/`))
    .sort()
    .reverse())
    await run(['umount', '--lazy', mount]);
}
