import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type RunningPostgres, startPostgres } from '../../chassis/src/embedded-postgres/embedded-postgres.ts';
import { scratch } from './files.ts';
import { BUILD, PODMAN, provideBase } from './images.ts';
import { freePort } from './loopback.ts';
import { expectPass, run } from './run.ts';
import { newService } from './services.ts';
import { describeWith } from './tools.ts';

const NAME = `orders-${process.pid}`;
const IMAGE = `localhost/${NAME}`;

/** What a cautious platform allows: nothing to write to, no rights to gain, a cap on memory. */
const HARDENED = ['--read-only', '--cap-drop=all', '--security-opt=no-new-privileges', '--memory=256m'];
const ON_THIS_MACHINE = ['--network=host', '--ulimit=nofile=1024:1024', '--ulimit=nproc=1024:1024'];

const DRAIN_MS = 20_000;

describeWith('The image of a generated service', ['buildah', 'podman', 'base image'], () => {
  const parent = scratch();
  let service: string;
  let database: RunningPostgres;
  let port: number;

  const podman = (...args: string[]) => run([...PODMAN, ...args]);
  const start = (...args: string[]) => podman('run', ...HARDENED, ...ON_THIS_MACHINE, ...args, IMAGE);

  beforeAll(async () => {
    service = await newService(parent, 'orders', { database: 'postgres', ci: 'none' });
    expectPass(await run(['npm', 'install', '--package-lock-only', '--no-audit', '--no-fund'], { cwd: service }));
    await provideBase(await readFile(join(service, 'Dockerfile'), 'utf8'));
    database = await startPostgres({ dataDir: join(parent, 'postgres') });
    port = await freePort();
  });

  afterAll(async () => {
    await podman('rm', '--force', '--ignore', NAME);
    await podman('rmi', '--force', IMAGE);
    await database?.stop();
  });

  it('builds from its own Dockerfile', { timeout: 300_000 }, async () => {
    expectPass(await run([...BUILD, '--tag', IMAGE, service]));
  });

  it('is ready with a read-only root, no capabilities and no user', async () => {
    expectPass(await start('--detach', `--name=${NAME}`, `--env=PORT=${port}`, `--env=DATABASE_URL=${database.url}`));
    const ready = async () => expect((await fetch(`http://127.0.0.1:${port}/health/ready`)).status).toBe(200);
    await vi.waitFor(ready, { timeout: 20_000 }).catch(async (error) => {
      throw new Error(`${error}\n${(await podman('logs', NAME)).output}`);
    });
  });

  it('is the first process of its container, under a number that owns nothing', async () => {
    const { output } = await podman('top', NAME, 'pid', 'huser', 'capeff', 'args');
    expect(output.trim().split('\n').slice(1).join()).toMatch(/^1 +[1-9]\d{4,} +none +node /);
  });

  it('stops on SIGTERM within its drain time, as asked', async () => {
    const asked = performance.now();
    expectPass(await podman('stop', `--time=${DRAIN_MS / 1000}`, NAME));
    expect(performance.now() - asked).toBeLessThan(DRAIN_MS);
    expect((await podman('inspect', '--format={{.State.ExitCode}}', NAME)).output.trim()).toBe('0');
  });

  it('ends with exit code 78 and the reason where its database is not named', async () => {
    const { exitCode, output } = await start('--rm');
    expect(output).toContain('DATABASE_URL');
    expect(exitCode).toBe(78);
  });
});
