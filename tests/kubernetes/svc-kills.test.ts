import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { expectPass } from '../toolchain/run.ts';
import { type Cluster, startCluster, whyNoCluster } from './cluster/cluster.ts';
import { pushShell } from './images.ts';
import { type Line, layLine } from './small-service.ts';

const bin = process.env['SVCKIT_BIN'] ?? join(import.meta.dirname, '../../bin/svc.js');
const reason = whyNoCluster();
const skipped = reason !== undefined && process.env['SVCKIT_REQUIRE_TOOLS'] !== '1';

const score = (name: string, image: string) => `apiVersion: score.dev/v1b1
metadata: { name: ${name} }
containers:
  main:
    image: ${image}
    command: [/bin/busybox, sh, -c, 'mkdir -p /tmp/www && echo ok >/tmp/www/index.html && exec busybox httpd -f -p 8080 -h /tmp/www']
    readinessProbe: { httpGet: { path: /, port: 8080 } }
    resources: { requests: { cpu: 10m, memory: 16Mi }, limits: { memory: 32Mi } }
service: { ports: { http: { port: 80, targetPort: 8080 } } }
`;

/** Of services, each killed after another of its writes: right after its record, among its objects. */
const KILLED = { early: 2, midway: 5 } as const;

describe.skipIf(skipped)(`processes of svc deploy that are killed, or two at once${reason ? ` (skipped: ${reason})` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'svckit-killed-'));
  let cluster: Cluster;
  let line: Line;

  const start = (service: string, kubeconfig: string) => {
    const env = { ...process.env, KUBECONFIG: kubeconfig, XDG_STATE_HOME: join(folder, 'state'), USER: 'ada', NO_COLOR: '1' };
    const child = spawn(process.execPath, [bin, 'deploy', service, '--env', 'staging', '--yes'], { cwd: folder, env });
    return { child, ended: endOf(child) };
  };
  const deploy = (service: string) => start(service, cluster.kubeconfig).ended;

  beforeAll(async () => {
    cluster = await startCluster();
    const image = await pushShell();
    expectPass(await cluster.kubectl(['create', 'namespace', 'shop']));
    line = await layLine('shop', cluster.kubeconfig);
    const write = (path: string, content: string) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    };
    write('svc.yaml', 'environments:\n  staging: { target: kubernetes, namespace: shop, replicas: { min: 1, max: 1 } }\n');
    for (const name of [...Object.keys(KILLED), 'both']) write(`services/${name}/score.yaml`, score(name, image));
  });
  afterAll(async () => {
    await line?.close();
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.concurrent('are passed over after 30 seconds, and named until then', async ({ expect }) => {
    const dead: Record<string, number | undefined> = {};
    for (const [service, at] of Object.entries(KILLED)) {
      line.proxy.arm();
      const { child, ended } = start(service, line.kubeconfig);
      line.proxy.afterWrite(at, () => child.kill('SIGKILL'));
      expect(await ended).toMatchObject({ signal: 'SIGKILL' });
      dead[service] = child.pid;
    }
    const died = Date.now();
    for (const service of Object.keys(KILLED)) {
      const { output, exitCode } = await deploy(service);
      expect(output).toMatch(
        new RegExp(`${service} is being deployed by ada@[^ ]+, process ${dead[service]}, \\w+, last heard of \\d+ s ago`),
      );
      expect(output).toContain('one that is gone is passed over after 30 s');
      expect(exitCode).toBe(4);
    }
    for (const service of Object.keys(KILLED)) {
      await expect.poll(async () => (await deploy(service)).output, { timeout: 60_000, interval: 1_000 }).toMatch(/serves/);
      expect(Date.now() - died).toBeGreaterThan(25_000);
      expect((await deploy(service)).output).toContain('Nothing to do');
    }
  });

  it.concurrent('write one at a time: the other is told who', async ({ expect }) => {
    const both = [start('both', cluster.kubeconfig), start('both', cluster.kubeconfig)] as const;
    const [one, other] = await Promise.all([both[0].ended, both[1].ended]);
    expect([one.exitCode, other.exitCode].sort()).toEqual([0, 4]);
    const [loser, winner] = one.exitCode === 4 ? [one, both[1].child] : [other, both[0].child];
    expect(loser.output).toMatch(new RegExp(`both (is being|was) deployed by ada@[^ ]+, process ${winner.pid}, `));
    expect((await deploy('both')).output).toContain('Nothing to do');
  });
});

interface End {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly output: string;
}

async function endOf(child: ChildProcess): Promise<End> {
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('both are pipes');
  const [[exitCode, signal], ...output] = await Promise.all([once(child, 'close'), text(stdout), text(stderr)]);
  return { exitCode, signal, output: output.join('\n') };
}
