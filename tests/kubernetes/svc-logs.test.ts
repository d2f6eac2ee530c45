import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectPass, run } from '../toolchain/run.ts';
import { type Cluster, startCluster, whyNoCluster } from './cluster/cluster.ts';
import { pushShell } from './images.ts';
import { bin, scoreFile, shopFolder } from './shell-shop.ts';

const reason = whyNoCluster();
const PATIENCE_MS = 30_000;
const skipped = reason !== undefined && process.env['SVCKIT_REQUIRE_TOOLS'] !== '1';

/** Counts, ten times a second, until it is told to end or finds the file that makes it crash. */
const counting = (version: string) =>
  'trap "echo bye; exit 0" TERM; rm -f /tmp/crash; mkdir -p /tmp/www; echo ok >/tmp/www/index.html; busybox httpd -p 8080 -h /tmp/www; ' +
  `i=0; while ! [ -e /tmp/crash ]; do i=$((i+1)); echo ${version} $i; busybox usleep 100000; done; echo crashing; exit 1`;

interface Line {
  readonly service: string;
  readonly pod: string;
  readonly container: string;
  readonly time: string;
  readonly line: string;
}

describe.skipIf(skipped)(`svc logs of a cluster${reason ? ` (skipped: ${reason})` : ''}`, () => {
  let cluster: Cluster;
  let image: string;
  const shop = shopFolder(() => cluster.kubeconfig);
  const logs = (...args: readonly string[]) => shop.svc('logs', '--env', 'staging', ...args);
  const deploy = (...args: readonly string[]) => shop.svc('deploy', '--env', 'staging', '--yes', ...args);
  const orders = (version: string) => shop.write('services/orders/score.yaml', scoreFile('orders', { image, script: counting(version) }));

  beforeAll(async () => {
    cluster = await startCluster();
    image = await pushShell();
    expectPass(await cluster.kubectl(['create', 'namespace', 'shop']));
    shop.write('svc.yaml', 'environments:\n  staging: { target: kubernetes, namespace: shop, replicas: { min: 2, max: 2 } }\n');
    orders('one');
  });
  afterAll(async () => {
    await cluster?.stop();
    shop.remove();
  });

  it('says that a service was never deployed there', async () => {
    const { output, exitCode } = await logs('orders');
    expect(output).toContain('Never deployed to staging (shop): orders');
    expect(output).toContain('svc deploy orders --env staging');
    expect(exitCode).toBe(1);
  });

  it('shows what all pods of a service said, by time', async () => {
    expectPass(await deploy());
    const { output, exitCode } = await logs('orders', '--json', '--since', '1h');
    const lines = parsed(output);
    expect(new Set(lines.map(({ pod }) => pod)).size).toBe(2);
    expect(lines.map(({ time }) => time)).toEqual(lines.map(({ time }) => time).sort());
    expectEveryNumber(lines);
    expect(exitCode).toBe(0);
    const last = await logs('orders', '--lines', '3');
    expect(last.output.trimEnd().split('\n')).toHaveLength(6);
    expect(last.output).toMatch(/^orders \w{5} +│ one \d+$/m);
  });

  it('goes on over a roll-out: old pods end, new ones join, no line is missing or comes twice', async () => {
    const following = follow(shop.root, cluster.kubeconfig);
    await following.until((lines) => lines.length > 20);
    orders('two');
    expectPass(await deploy());
    await following.until((lines) => podsOf(lines, /^two \d/).size === 2 && podsOf(lines, /^bye$/).size === 2);
    expect(await following.end()).toBe(130);
    const lines = following.lines();
    expect(podsOf(lines, /^one/)).toEqual(podsOf(lines, /^bye$/));
    for (const pod of podsOf(lines, /^two/)) expect(lines.find((line) => line.pod === pod)?.line).toBe('two 1');
    expectEveryNumber(lines);
  });

  it('follows a container through a crash, and shows afterwards what it said before', async () => {
    expect((await logs('orders', '--previous')).output).toContain('No container was restarted: orders');
    const following = follow(shop.root, cluster.kubeconfig);
    await following.until((lines) => lines.length > 20);
    const [{ pod } = { pod: '' }] = following.lines();
    expectPass(await cluster.kubectl(['-n', 'shop', 'exec', pod, '--', '/bin/busybox', 'touch', '/tmp/crash']));
    await following.until((lines) => lines.some((line) => line.pod === pod && line.line === 'two 5' && isAfterCrash(line, lines)));
    await following.end();
    expectEveryNumber(following.lines());
    const previous = parsed((await logs('orders', '--previous', '--json')).output);
    expect(podsOf(previous, /./)).toEqual(new Set([pod]));
    expect(previous.at(-1)?.line).toBe('crashing');
    expectEveryNumber(previous);
  });

  it('names the right that is missing', async () => {
    await cluster.kubectl(['-n', 'shop', 'create', 'serviceaccount', 'reader']);
    await cluster.kubectl(['-n', 'shop', 'create', 'role', 'reader', '--verb=list', '--resource=pods']);
    await cluster.kubectl(['-n', 'shop', 'create', 'rolebinding', 'reader', '--role=reader', '--serviceaccount=shop:reader']);
    const { output: token } = await cluster.kubectl(['-n', 'shop', 'create', 'token', 'reader']);
    const config = JSON.parse((await cluster.kubectl(['config', 'view', '--raw', '--flatten', '-o', 'json'])).output) as {
      users: { name: string }[];
    };
    const users = config.users.map(({ name }) => ({ name, user: { token: token.trim() } }));
    const kubeconfig = join(shop.root, 'reader.json');
    writeFileSync(kubeconfig, JSON.stringify({ ...config, users }));
    const { output, exitCode } = await run([process.execPath, bin, 'logs', '--env', 'staging'], {
      cwd: shop.root,
      env: { KUBECONFIG: kubeconfig, NO_COLOR: '1' },
    });
    expect(output).toMatch(/No right to the log of orders-\S+/);
    expect(exitCode).toBe(3);
  });
});

function parsed(output: string): readonly Line[] {
  const texts = output.split('\n').slice(0, -1);
  return texts.map((text) => JSON.parse(text) as Line);
}

function podsOf(lines: readonly Line[], pattern: RegExp): ReadonlySet<string> {
  return new Set(lines.filter(({ line }) => pattern.test(line)).map(({ pod }) => pod));
}

function isAfterCrash({ pod, time }: Line, lines: readonly Line[]): boolean {
  return lines.some((line) => line.pod === pod && line.line === 'crashing' && line.time < time);
}

/** What each pod counted follows without a gap, each number once; after a crash it begins again. */
function expectEveryNumber(lines: readonly Line[]): void {
  for (const pod of podsOf(lines, /./)) {
    const said = lines.filter((line) => line.pod === pod).map(({ line }) => line);
    const numbers = said.filter((line) => /^(\w+ \d+|crashing)$/.test(line)).map((line) => Number(line.split(' ')[1] ?? 0));
    const gaps = numbers.filter((value, index) => index > 0 && value !== 0 && value !== (numbers[index - 1] ?? 0) + 1);
    expect(gaps, `${pod}: ${said.join(', ')}`).toEqual([]);
    expect(numbers.length).toBeGreaterThan(0);
  }
}

/** `svc logs orders -f --json` at work. */
function follow(cwd: string, kubeconfig: string) {
  const svc = spawn(process.execPath, [bin, 'logs', 'orders', '--env', 'staging', '-f', '--json'], {
    cwd,
    env: { ...process.env, KUBECONFIG: kubeconfig },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(svc, 'close');
  let output = '';
  svc.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const lines = () => parsed(output.slice(0, output.lastIndexOf('\n') + 1));
  return {
    lines,
    async until(isThere: (lines: readonly Line[]) => boolean): Promise<void> {
      const deadline = Date.now() + PATIENCE_MS;
      while (!isThere(lines())) {
        if (Date.now() > deadline) expect.fail(`not seen in ${PATIENCE_MS} ms:\n${output.slice(-3_000)}`);
        await wait(200);
      }
    },
    async end(): Promise<number> {
      svc.kill('SIGINT');
      const [exitCode] = await closed;
      return exitCode as number;
    },
  };
}
