import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ScanRow } from '../../src/fleet/scan/report.ts';
import { type ScanOrder, scan } from '../../src/fleet/scan/scan.ts';
import { nodeRuntime } from '../../src/runtime/node/runtime.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { type Files, Scene } from './upgrade-scene.ts';

let folder: string;
let runtime: Runtime;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'svckit-scan-')));
  const real = nodeRuntime(new AbortController().signal, () => {});
  const paths = { ...real.paths, state: join(folder, '.state'), cache: join(folder, '.cache') };
  // What is looked at must not be able to run anything, and git is not asked either.
  const exec: Runtime['exec'] = ({ command }) => Promise.reject(new Error(`a scan ran ${command}`));
  runtime = { ...real, paths, cwd: folder, exec };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

async function look(where = '.', more: Partial<ScanOrder> = {}): Promise<Record<string, ScanRow>> {
  const { rows } = await scan({ where, behind: false, drifted: false, owner: undefined, ...more }, runtime);
  return Object.fromEntries(rows.map((row) => [row.place, row]));
}

const component = (name: string, more = '') =>
  `apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: { name: ${name} }\nspec: { type: service, lifecycle: production, owner: team-${name}${more} }\n`;

describe('a service that no template made is found', () => {
  it('in a monorepo by each catalog entry, not by its root and not in what is installed', async () => {
    write({
      'shop/.git/HEAD': 'ref: refs/heads/main\n',
      'shop/package.json': '{ "workspaces": ["packages/*"] }',
      'shop/.github/workflows/ci.yml': 'on: push\n',
      'shop/packages/orders/catalog-info.yaml': component('orders'),
      'shop/packages/orders/src/a.test.ts': '',
      'shop/packages/stock/catalog-info.yaml': component('stock'),
      'shop/packages/stock/node_modules/x/catalog-info.yaml': component('x'),
      'shop/packages/library/package.json': '{}',
    });
    const rows = await look();
    expect(Object.keys(rows)).toEqual(['shop/packages/orders', 'shop/packages/stock']);
    expect(rows['shop/packages/orders']).toMatchObject({
      name: 'orders',
      owner: 'team-orders',
      catalog: { state: 'valid' },
      missing: ['contract', 'health', 'image', 'alerts', 'docs'],
    });
  });

  it('as a Gradle project with several documents in its entry', async () => {
    write({
      'billing/.git/HEAD': 'x',
      'billing/build.gradle': '',
      'billing/Dockerfile': 'FROM x\nHEALTHCHECK CMD true\n',
      'billing/catalog-info.yaml': `apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: { name: billing }\nspec: { type: openapi, lifecycle: production, owner: b, definition: x }\n---\n${component('billing', ', dependsOn: [db]')}`,
      'billing/src/test/java/ATest.java': '',
      'billing/openapi.yaml': '',
    });
    expect((await look())['billing']).toMatchObject({
      name: 'billing',
      catalog: { state: 'invalid', problems: ['catalog-info.yaml:9: spec.dependsOn: "db" needs its kind: component:db'] },
      missing: ['ci', 'alerts', 'docs'],
    });
  });

  it('by its program alone at the root of a repository, with the owner that CODEOWNERS names', async () => {
    write({
      'tool/.git/HEAD': 'x',
      'tool/go.mod': 'module x\n',
      'tool/.github/CODEOWNERS': '* @acme/team-tools\n',
      'notes/.git/HEAD': 'x',
    });
    const rows = await look();
    expect(Object.keys(rows)).toEqual(['tool']);
    expect(rows['tool']).toMatchObject({ owner: 'team-tools', catalog: { state: 'none' } });
  });

  it('from a list, where a line that holds none is told', async () => {
    write({ 'a/catalog-info.yaml': component('a'), 'empty/x': '', 'list.txt': '# mine\na\nempty\nnowhere\n' });
    const rows = await look('list.txt');
    expect(rows[join(folder, 'a')]).toMatchObject({ name: 'a' });
    expect(rows[join(folder, 'empty')]?.error).toBe('nothing in it looks like a service');
    expect(rows[join(folder, 'nowhere')]?.error).toBe('there is no such folder');
  });
});

describe('both axes', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = new Scene();
    const ownership = '    ownership:\n      - { paths: [ci.yml], mode: owned }\n      - { paths: [CODEOWNERS], mode: region }\n';
    const files = { 'files/ci.yml': 'on: push\n', 'files/a.txt': 'one\ntwo\n', 'repository/CODEOWNERS': '* @x\n' };
    scene.release({ files, svckit: ownership });
    await scene.make();
    cpSync(scene.service, join(folder, 'orders'), { recursive: true });
    // A lock names a template in a folder as seen from the service.
    cpSync(join(scene.folder, 'template'), join(folder, 'template'), { recursive: true });
  });
  afterEach(() => scene.end());

  it('are clean for a service as it was made, with Windows line ends too', async () => {
    write({ 'orders/a.txt': 'one\r\ntwo\r\n' });
    expect((await look('orders'))['.']).toMatchObject({ name: 'orders', behind: false, drifted: [], edited: 0 });
  });

  it('tell the user’s edits from what is the template’s', async () => {
    write({ 'orders/a.txt': 'other\n', 'orders/ci.yml': 'on: pusk\n', 'orders/CODEOWNERS': 'nobody\n' });
    expect((await look())['orders']).toMatchObject({
      edited: 1,
      drifted: [
        { path: 'CODEOWNERS', ownership: 'region', difference: 'deleted' },
        { path: 'ci.yml', ownership: 'owned', difference: 'edited' },
      ],
    });
  });

  it('tell a newer template, and read each template once', async () => {
    for (const copy of ['b', 'c', 'd']) cpSync(join(folder, 'orders'), join(folder, copy), { recursive: true });
    const manifest = join(folder, 'template/template.yaml');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('version: 1.0.0', 'version: 1.1.0'));
    let read = 0;
    const readBytes: Runtime['fs']['readBytes'] = (path) => {
      if (path === manifest) read += 1;
      return nodeFs.readBytes(path);
    };
    const nodeFs = runtime.fs;
    runtime = { ...runtime, fs: { ...nodeFs, readBytes } };
    const rows = await look('.', { behind: true });
    expect(Object.values(rows).map(({ place, template }) => [place, template?.offered])).toEqual(
      ['b', 'c', 'd', 'orders'].map((place) => [place, '1.1.0']),
    );
    expect(read).toBe(1);
  });

  it('do not end with one service whose lock, record or template is broken', async () => {
    for (const copy of ['bad-base', 'bad-lock', 'up', 'lost', 'linked'])
      cpSync(join(folder, 'orders'), join(folder, copy), { recursive: true });
    const lock = readFileSync(join(folder, 'orders/.svc/lock.yaml'), 'utf8');
    write({
      'bad-base/.svc/base.gz': 'no gzip',
      'bad-lock/.svc/lock.yaml': `${'['.repeat(2_000)}`,
      'up/.svc/lock.yaml': lock.replace('name: tiny', 'name: ../../up'),
      'lost/.svc/lock.yaml': lock.replace('../template', '../gone'),
    });
    rmSync(join(folder, 'linked/.svc/lock.yaml'));
    symlinkSync(join(folder, 'orders/.svc/lock.yaml'), join(folder, 'linked/.svc/lock.yaml'));
    const rows = await look();
    expect(rows['bad-base']?.error).toContain('.svc/base.gz cannot be read');
    expect(rows['bad-lock']?.error).toContain('levels of nesting');
    expect(rows['up']?.error).toContain('../../up');
    expect(rows['lost']).toMatchObject({ template: { version: '1.0.0' }, error: expect.stringContaining('gone') });
    expect(rows['linked']?.error).toBe('.svc/lock.yaml is a link');
    expect(rows['orders']?.error).toBeUndefined();
    for (const { error = '' } of Object.values(rows)) expect(error).not.toContain('\n');
  });

  it('of a repository that is not on this disk are read without a checkout', async () => {
    cpSync(scene.service, join(folder, 'repository'), { recursive: true });
    const { exec } = nodeRuntime(new AbortController().signal, () => {});
    runtime = { ...runtime, exec };
    write({ 'list.txt': `file://${folder}/repository\nfile://${folder}/nowhere.git\n` });
    const rows = await look('list.txt');
    expect(rows[`file://${folder}/repository`]).toMatchObject({ name: 'orders', template: { version: '1.0.0' }, drifted: [], edited: 0 });
    expect(rows[`file://${folder}/nowhere.git`]?.error).toContain('git could not fetch');
  });
});

it('leaves links, loops, bare repositories, huge entries and locked folders each at one line', async () => {
  write({ 'big/catalog-info.yaml': `kind: Component\n# ${'x'.repeat(1_100_000)}\n`, 'linked/x': '', 'loop/x': '' });
  symlinkSync('/etc/passwd', join(folder, 'linked/catalog-info.yaml'));
  symlinkSync(folder, join(folder, 'loop/again'));
  execFileSync('git', ['init', '--quiet', '--bare', join(folder, 'bare.git')]);
  mkdirSync(join(folder, 'locked'));
  chmodSync(join(folder, 'locked'), 0);
  const rows = await look();
  chmodSync(join(folder, 'locked'), 0o755);
  expect(rows['big']?.catalog.problems).toEqual(['catalog-info.yaml:1: the file is larger than 1 MiB']);
  expect(rows['linked']?.catalog.problems).toEqual(['catalog-info.yaml: is a link, and is not followed']);
  expect(rows['bare.git']?.error).toContain('a bare repository');
  // Nothing is locked for root.
  if (process.getuid?.() !== 0) expect(rows['locked']?.error).toContain('locked');
  expect(Object.keys(rows).filter((place) => place.startsWith('loop'))).toEqual([]);
});
