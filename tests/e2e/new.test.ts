import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const bin = process.env['SVCKIT_BIN'] ?? join(import.meta.dirname, '../../bin/svc.js');
const required = process.env['SVCKIT_REQUIRE_TOOLS'] === '1';
const hasScript = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'svckit neü-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const env = (more: Readonly<Record<string, string>> = {}) => ({ ...process.env, CI: '1', XDG_STATE_HOME: join(folder, 'state'), ...more });

function svc(args: readonly string[], { cwd = folder, ...more }: { readonly cwd?: string } & Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { cwd, encoding: 'utf8', env: env(more) });
  return { status, stdout, stderr };
}

const QUICK = ['--yes', '--no-install', '--no-git'];
const git = (cwd: string, ...args: string[]) => execFileSync('git', args, { cwd, encoding: 'utf8' });
const identity = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@example.com', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@example.com' };

describe('svc new', () => {
  it('makes a service in a folder with spaces and umlauts, and commits it', () => {
    const made = svc(['new', 'http-service', 'orders', '--yes', '--no-install'], identity);
    expect(made).toMatchObject({ status: 0, stderr: '' });
    const orders = join(folder, 'orders');
    expect(git(orders, 'log', '--format=%s')).toMatch(/^Create orders from http-service \d+\.\d+\.\d+\n$/);
    expect(git(orders, 'status', '--porcelain')).toBe('');
    expect(JSON.parse(readFileSync(join(orders, 'package.json'), 'utf8'))).toMatchObject({ name: 'orders' });
    expect(readdirSync(join(orders, 'vendor'))).toEqual([expect.stringMatching(/^svckit-chassis-.+-[0-9a-f]{8}\.tgz$/)]);
  });

  it('tells scripts what it wrote', () => {
    const { stdout } = svc(['new', 'http-service', 'orders', ...QUICK, '--json']);
    const { data } = JSON.parse(stdout);
    expect(data).toMatchObject({ name: 'orders', template: { name: 'http-service' }, dryRun: false, install: { state: 'skipped' } });
    for (const { path } of data.files) expect(existsSync(path), path).toBe(true);
  });

  it('writes nothing on a dry run, and the same files afterwards', () => {
    const plan = JSON.parse(svc(['new', 'http-service', 'orders', ...QUICK, '--dry-run', '--json']).stdout).data;
    expect(readdirSync(folder)).toEqual([]);
    const made = JSON.parse(svc(['new', 'http-service', 'orders', ...QUICK, '--json']).stdout).data;
    expect(made.files).toEqual(plan.files);
  });

  it.each([
    ['an unknown template', ['http-servic', 'orders'], 2, 'Did you mean http-service?'],
    ['a name that no host can have', ['http-service', 'My_Orders'], 2, 'svc new http-service my-orders'],
    ['no name', ['http-service'], 2, 'svc new http-service orders'],
    ['an unknown input', ['http-service', 'orders', '--set', 'databse=postgres'], 2, '--set database=…'],
    ['a wrong answer', ['http-service', 'orders', '--set', 'database=mysql'], 2, '--set database=none|postgres'],
    ['a flag without a value', ['http-service', 'orders', '--set', 'database'], 2, '--set database=value'],
    ['a folder that is no template', ['./nothing', 'orders'], 2, 'template.yaml'],
    ['answers that are not there', ['http-service', 'orders', '--answers', 'no.yaml'], 2, '--answers answers.yaml'],
  ])('refuses %s with the line that fixes it, and writes nothing', (_, args, status, hint) => {
    const refused = svc(['new', ...args, ...QUICK]);
    expect(refused).toMatchObject({ status, stdout: '' });
    expect(refused.stderr).toContain(hint);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refuses a folder that is not empty', () => {
    mkdirSync(join(folder, 'orders'));
    writeFileSync(join(folder, 'orders', 'notes.txt'), 'mine');
    const refused = svc(['new', 'http-service', 'orders', ...QUICK]);
    expect(refused.status).toBe(4);
    expect(refused.stderr).toContain('is not empty: it holds notes.txt');
    expect(readdirSync(join(folder, 'orders'))).toEqual(['notes.txt']);
  });

  it('fills a fresh clone of an empty repository, and leaves the commit to its owner', () => {
    mkdirSync(join(folder, 'clone'));
    git(join(folder, 'clone'), 'init', '--quiet');
    expect(svc(['new', 'http-service', 'orders', '--dir', '.', '--yes', '--no-install'], { cwd: join(folder, 'clone') }).status).toBe(0);
    expect(git(join(folder, 'clone'), 'status', '--porcelain')).toContain('?? package.json');
  });

  it('takes answers from a file, and flags over them', () => {
    writeFileSync(join(folder, 'answers.yaml'), 'owner: team-a\ncalls: [products]\ndatabase: postgres\n');
    svc(['new', 'http-service', 'orders', ...QUICK, '--answers', 'answers.yaml', '--set', 'database=none']);
    const lock = readFileSync(join(folder, 'orders/.svc/lock.yaml'), 'utf8');
    expect(lock).toContain('owner: team-a');
    expect(lock).toContain('calls: ["products"]');
    expect(lock).toContain('database: none');
  });

  it('adds services to a workspace: its catalog, its repository’s files, no repository in a repository', () => {
    expect(svc(['new', 'workspace', 'shop', '--yes', '--no-install', '--set', 'owner=team-a'], identity).status).toBe(0);
    const shop = join(folder, 'shop');
    for (const name of ['products', 'orders'])
      expect(svc(['new', 'http-service', name, '--yes', '--no-install'], { cwd: shop }).status).toBe(0);
    expect(readFileSync(join(shop, 'catalog-info.yaml'), 'utf8')).toMatch(
      /# The services[\s\S]*- \.\/services\/products\/catalog-info.yaml\n {4}- \.\/services\/orders/,
    );
    expect(readFileSync(join(shop, 'CODEOWNERS'), 'utf8')).toMatch(/begin products[\s\S]*end products[\s\S]*begin orders[\s\S]*end orders/);
    expect(readFileSync(join(shop, 'services/orders/.svc/lock.yaml'), 'utf8')).toMatch(/owner: team-a\n {2}system: shop/);
    expect(readdirSync(join(shop, '.github/workflows')).sort()).toEqual(['orders.yml', 'products.yml']);
    expect(existsSync(join(shop, 'services/orders/.git'))).toBe(false);
    expect(git(shop, 'log', '--format=%s')).toMatch(/^Create shop from workspace \d+\.\d+\.\d+\n$/);
  });

  it('finds its place in somebody else’s repository', () => {
    const repository = join(folder, 'mono');
    mkdirSync(join(repository, 'apps'), { recursive: true });
    git(repository, 'init', '--quiet');
    writeFileSync(join(repository, 'CODEOWNERS'), '* @everyone\n');
    expect(svc(['new', 'http-service', 'orders', '--yes', '--no-install'], { cwd: join(repository, 'apps') }).status).toBe(0);
    expect(readFileSync(join(repository, 'CODEOWNERS'), 'utf8')).toMatch(
      /^\* @everyone\n\n# svckit:begin orders\n\/apps\/orders\/ @platform\n/,
    );
    expect(existsSync(join(repository, '.github/workflows/orders.yml'))).toBe(true);
  });

  it('lets one of several runs at once win, whole, and refuses the others', async () => {
    const runs = await Promise.all(Array.from({ length: 4 }, () => exitCodeOf(['new', 'http-service', 'orders', ...QUICK])));
    expect(runs.filter((code) => code === 0)).toHaveLength(1);
    expect(runs.filter((code) => code === 4)).toHaveLength(3);
    expect(readdirSync(folder).filter((name) => name !== 'state')).toEqual(['orders']);
    expect(existsSync(join(folder, 'orders/.svc/base.gz'))).toBe(true);
  });

  it('leaves the service where the install fails, shows why, and says how to go on', () => {
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin/npm'), '#!/bin/sh\necho "npm error the registry is on holiday" >&2\nexit 7\n', { mode: 0o755 });
    const made = svc(['new', 'http-service', 'orders', '--yes', '--no-git'], { PATH: `${join(folder, 'bin')}:${process.env['PATH']}` });
    expect(made.status).toBe(1);
    expect(made.stdout).toContain('npm error the registry is on holiday');
    expect(made.stdout).toMatch(/Go on with: cd .*orders.* && npm install/);
    expect(existsSync(join(folder, 'orders/package.json'))).toBe(true);
  });
});

describe.skipIf(!hasScript && !required)(`svc new at a terminal${hasScript ? '' : ' (skipped: `script` is not there)'}`, () => {
  it('writes nothing after Ctrl-C in a question', async () => {
    const { code, output } = await atTerminal(
      ['new', 'http-service', 'orders'],
      [
        ['What it does', '\r'],
        ['Owner', '\u0003'],
      ],
    );
    expect(output).toContain('What it does');
    expect(code).toBe(130);
    expect(readdirSync(folder).filter((name) => name !== 'state')).toEqual([]);
  });

  it('asks, shows what it will write, and writes after a yes', async () => {
    mkdirSync(join(folder, 'tiny/files'), { recursive: true });
    writeFileSync(join(folder, 'tiny/template.yaml'), TINY);
    writeFileSync(join(folder, 'tiny/files/greeting.txt.hbs'), '<% greeting %>, <% name %>');
    const talk = [
      ['Name', 'orders\r'],
      ['Greeting', '\u007f\u007fHello\r'],
      ['Write this', '\r'],
    ] as const;
    const { code, output } = await atTerminal(['new', './tiny', '--no-git'], talk);
    expect(output).toContain('orders/  3 files');
    expect(code).toBe(0);
    expect(readFileSync(join(folder, 'orders/greeting.txt'), 'utf8')).toBe('Hello, orders');
  });
});

const TINY = `apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: { name: tiny }
spec:
  type: service
  parameters:
    - title: All
      required: [name]
      properties:
        name: { type: string }
        greeting: { title: Greeting, type: string, default: '' }
  steps: [{ id: new, action: 'svckit:new' }]
  svckit: { version: 1.0.0 }
`;

async function exitCodeOf(args: readonly string[]): Promise<number | null> {
  const child = spawn(process.execPath, [bin, ...args], { cwd: folder, env: env(), stdio: 'ignore' });
  return new Promise((resolve) => child.once('close', resolve));
}

/** Runs svc on a pseudo-terminal and types an answer whenever its question appears. */
function atTerminal(args: readonly string[], talk: readonly (readonly [question: string, answer: string])[]) {
  const line = [process.execPath, bin, ...args].map((part) => `'${part}'`).join(' ');
  const { CI: _, ...terminal } = { ...env(), TERM: 'xterm' };
  const child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], { cwd: folder, env: terminal });
  const left = [...talk];
  let output = '';
  let seen = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
    const [question, answer] = left[0] ?? [];
    if (question === undefined || !output.slice(seen).includes(question)) return;
    seen = output.length;
    left.shift();
    setTimeout(() => child.stdin.write(answer ?? ''), 150);
  });
  return new Promise<{ code: number | null; output: string }>((resolve) => child.once('close', (code) => resolve({ code, output })));
}
