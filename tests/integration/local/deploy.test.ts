import { readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServiceResult } from '../../../src/target/local/protocol.ts';
import { builtProgram } from './program.ts';
import { eventually, get, Sandbox } from './sandbox.ts';
import { serviceFiles, sourceOf } from './services.ts';

interface Deployed {
  readonly changes: readonly { readonly service: string; readonly change: string; readonly neededBy?: string }[];
  readonly services: readonly ServiceResult[];
  readonly notes: readonly string[];
}

let program: Awaited<ReturnType<typeof builtProgram>>;
const sandboxes: Sandbox[] = [];

beforeAll(async () => {
  program = await builtProgram();
});

afterAll(async () => {
  await Promise.all(sandboxes.map((each) => each.remove()));
  await program.remove();
});

async function sandbox(): Promise<Sandbox> {
  const made = await Sandbox.create({ svc: program.svc });
  sandboxes.push(made);
  return made;
}

const deploy = (at: Sandbox, ...services: string[]) => at.json<Deployed>('deploy', ...services, '--env', 'local');
const envOf = async (url: string) => JSON.parse((await get(`${url}/env`)).body) as Record<string, string>;

describe('svc deploy --env local', () => {
  it('starts services with what they need, each with its own database, and finds nothing to do the second time', async () => {
    const at = await sandbox();
    await at.write(serviceFiles({ name: 'orders', database: true, calls: ['products'] }));
    await at.write(serviceFiles({ name: 'products', says: 'a teapot', database: true }));

    const { changes, services } = await deploy(at, 'orders');
    expect(changes).toEqual([
      { service: 'orders', change: 'new' },
      { service: 'products', change: 'new', neededBy: 'orders' },
    ]);
    expect(services.map(({ ok }) => ok)).toEqual([true, true]);

    const [orders, products] = [await at.urlOf('orders'), await at.urlOf('products')];
    expect((await get(`${orders}/call?to=PRODUCTS_URL`)).body).toBe('a teapot');
    const [env, other] = [await envOf(orders), await envOf(products)];
    expect(env).toMatchObject({ HOST: '127.0.0.1', OTEL_SERVICE_NAME: 'orders', PRODUCTS_URL: products });
    expect(env['OTEL_RESOURCE_ATTRIBUTES']).toBe('service.version=1.0.0,deployment.environment.name=local');
    expect(await databaseOf(env['DATABASE_URL'])).toBe('orders');
    expect(await databaseOf(other['DATABASE_URL'])).toBe('products');
    await expect(databaseOf(env['DATABASE_URL']?.replace(/orders$/, 'products'))).rejects.toThrow('permission denied');

    expect((await deploy(at)).changes.map(({ change }) => change)).toEqual(['same', 'same']);
    expect((await at.svc('down')).exitCode).toBe(0);
    expect((await deploy(at)).changes.map(({ change }) => change)).toEqual(['start', 'start']);
    expect(await at.urlOf('orders')).toBe(orders);
  });

  it.each([
    ['does not build', 'const x = ;', 'the build failed (node build.mjs: exit code 1)', 'SyntaxError'],
    [
      'ends at start',
      'console.log("no such table: orders"); process.exit(7);',
      'it ended before it was ready: exit code 7',
      'no such table',
    ],
  ])('keeps the old version where the new one %s, and shows why', async (_, broken, reason, line) => {
    const at = await sandbox();
    await at.write(serviceFiles({ name: 'orders', says: 'old' }));
    await deploy(at);
    await at.write({ 'orders/src/main.mjs': `${broken}\n` });

    const { exitCode, stdout } = await at.svc('deploy', '--env', 'local');
    expect(exitCode).toBe(1);
    expect(stdout).toContain(reason);
    expect(stdout).toContain(line);
    expect(stdout).toContain('The old version still serves.');
    expect((await get(await at.urlOf('orders'))).body).toBe('old');
  });

  it('says what is wrong with a first version and answers callers with the reason', async () => {
    const at = await sandbox();
    await at.write(serviceFiles({ name: 'orders', first: 'throw new Error("out of tea");' }));
    const { services } = await deploy(at);
    expect(services[0]).toMatchObject({ ok: false, oldServes: false, reason: 'it ended before it was ready: exit code 1' });
    expect(services[0]?.lastLines?.join('\n')).toContain('out of tea');
    const { status, body } = await get(await at.urlOf('orders'));
    expect({ status, ...JSON.parse(body) }).toMatchObject({ status: 503, detail: expect.stringContaining('ended before it was ready') });
  });

  it('loses no request of a client that keeps its connections open', async () => {
    const at = await sandbox();
    await at.write(serviceFiles({ name: 'orders', says: 'v1' }));
    await deploy(at);
    const load = loadOn(`${await at.urlOf('orders')}/`);
    for (const version of ['v2', 'v3']) {
      await pause(500);
      await at.write({ 'orders/src/main.mjs': sourceOf({ name: 'orders', says: version }) });
      await deploy(at);
    }
    await pause(500);
    const { answers, failures } = await load.stop();
    expect(failures).toEqual([]);
    expect(answers.get('v3')).toBeGreaterThan(20);
    expect([...answers.keys()]).toEqual(['v1', 'v2', 'v3']);
  });

  it('lets the requests of the old version finish', async () => {
    const at = await sandbox();
    await at.write(serviceFiles({ name: 'orders', says: 'v1' }));
    await deploy(at);
    const url = await at.urlOf('orders');
    let slow = true;
    const asking = Promise.all(Array.from({ length: 40 }, async (_, i) => pause(i * 25).then(() => get(`${url}/slow`)))).finally(
      () => (slow = false),
    );
    await at.write({ 'orders/src/main.mjs': sourceOf({ name: 'orders', says: 'v2' }) });
    await deploy(at);
    expect((await asking).map(({ status, body }) => `${status} ${body}`)).toEqual(Array(40).fill('200 slow'));
    expect(slow).toBe(false);
  });

  it('runs on from its own copy when the folder is broken and the service crashes', async () => {
    const at = await sandbox();
    await at.write(serviceFiles({ name: 'orders', says: 'deployed' }));
    await deploy(at);
    const url = await at.urlOf('orders');
    await at.write({ 'orders/src/main.mjs': 'const x = ;', 'orders/dist/main.mjs': 'const x = ;' });
    await get(`${url}/crash`);
    await eventually(
      () => get(url),
      ({ body }) => body === 'deployed',
    );
    expect((await at.status()).services[0]).toMatchObject({ condition: 'ready', restarts: 1 });
  });

  it('shows no secret that it made up, neither in logs nor in results', async () => {
    const at = await sandbox();
    const first = 'console.log("connecting to", process.env.DATABASE_URL); if (process.env.FAIL === "1") process.exit(1);';
    await at.write(serviceFiles({ name: 'orders', database: true, first }));
    await deploy(at);
    const secret = new URL((await envOf(await at.urlOf('orders')))['DATABASE_URL'] ?? '').password;
    expect(secret.length).toBeGreaterThan(20);
    await at.write({ 'orders/src/main.mjs': `${first}\nprocess.exit(1);` });
    const failed = await at.svc('deploy', '--env', 'local');
    expect(failed.stdout).toContain('connecting to postgres://orders:••••••@');
    const logs = await at.svc('logs', 'orders');
    expect(logs.stdout).toContain('connecting to postgres://orders:••••••@');
    const kept = await readFile(await at.stateFile('logs/orders.log'), 'utf8');
    expect([failed.stdout, failed.stderr, logs.stdout, kept].some((text) => text.includes(secret))).toBe(false);
  });

  it('gives file, line and reason of a broken score.yaml, and changes nothing', async () => {
    const at = await sandbox();
    await at.write(serviceFiles({ name: 'orders', says: 'old' }));
    await deploy(at);
    const score = join(at.root, 'orders', 'score.yaml');
    await writeFile(score, (await readFile(score, 'utf8')).replace('port: 8080', 'port: tea'));
    const { exitCode, stderr } = await at.svc('deploy', '--env', 'local');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/orders\/score\.yaml:\d+: .*port/);
    expect((await get(await at.urlOf('orders'))).body).toBe('old');
  });

  it('takes another port where a stranger has the usual one, and says so', async () => {
    const at = await sandbox();
    await at.write(serviceFiles({ name: 'orders' }));
    await deploy(at);
    const before = await at.urlOf('orders');
    await at.svc('down');
    const stranger = createServer().listen(Number(new URL(before).port), '127.0.0.1');
    try {
      const { notes, services } = await deploy(at);
      const now = await at.urlOf('orders');
      expect(now).not.toBe(before);
      expect(services[0]).toMatchObject({ ok: true, url: now });
      expect(notes).toEqual([`Port ${new URL(before).port} of orders is taken by another program; its new address is ${now}`]);
    } finally {
      stranger.close();
    }
  });

  it('names what it cannot provide', async () => {
    const at = await sandbox();
    await at.write(serviceFiles({ name: 'orders', calls: ['payments'] }));
    const { services } = await deploy(at);
    expect(services[0]?.reason).toBe('orders needs the service payments, which is not in this workspace');
  });

  it('refuses an environment that nobody has described', async () => {
    const at = await sandbox();
    const { exitCode, stderr } = await at.svc('deploy', '--env', 'production');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('There is no environment production');
  });

  it('gives up on a version that hangs, after a minute, and says what its readiness answered', { timeout: 100_000 }, async () => {
    const at = await sandbox();
    await at.write(serviceFiles({ name: 'orders', says: 'old' }));
    await deploy(at);
    const source = sourceOf({ name: 'orders' }).replace(
      "'/env':",
      "'/ready': async () => { throw new Error('still warming up'); },\n  '/env':",
    );
    await at.write({ 'orders/src/main.mjs': source });
    const { services } = await deploy(at);
    expect(services[0]).toMatchObject({ ok: false, oldServes: true, reason: 'it was not ready within 60 s: /ready answered 500' });
    expect((await get(await at.urlOf('orders'))).body).toBe('old');
    await eventually(at.status.bind(at), ({ services: [orders] }) => orders?.condition === 'ready');
    await rm(join(at.root, 'orders'), { recursive: true });
  });
});

async function databaseOf(url: string | undefined): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query('select current_database() as name')).rows[0].name;
  } finally {
    await client.end();
  }
}

/** About 200 requests a second on connections that stay open, each answer counted, each failure kept. */
function loadOn(url: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const answers = new Map<string, number>();
  const failures: string[] = [];
  const open = new Set<Promise<void>>();
  const ask = () =>
    new Promise<void>((done) => {
      request(url, { agent, method: 'POST', headers: { 'content-length': 4 } }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
        response.on('end', () => {
          answers.set(body, (answers.get(body) ?? 0) + 1);
          if (response.statusCode !== 200) failures.push(`${response.statusCode} ${body}`);
          done();
        });
      })
        .once('error', (error) => {
          failures.push(String(error));
          done();
        })
        .end('body');
    });
  const timer = setInterval(() => {
    const asking = ask().finally(() => open.delete(asking));
    open.add(asking);
  }, 5);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(open);
      agent.destroy();
      return { answers, failures };
    },
  };
}
