/** `svc --version` against bare Node.js, and `svc new` against Hygen, the fastest scaffolder of the peers, writing the same 40 files. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inTurn, median, RUNS, report, timeOf } from './harness.mjs';

const svc = join(dirname(dirname(fileURLToPath(import.meta.url))), 'bin', 'svc.js');
const FILES = 40;
const LINES = 60;

const work = mkdtempSync(join(tmpdir(), 'svckit-bench-'));
try {
  version();
  scaffold();
  install();
} finally {
  rmSync(work, { recursive: true, force: true });
}

function version() {
  const { subject, peer } = inTurn(
    { command: process.execPath, args: [svc, '--version'] },
    { command: process.execPath, args: ['-e', '0'] },
    15,
  );
  report({ what: 'svc --version', value: subject, peer, peerName: 'node -e 0', goal: { ratio: 1.15 } });
}

function scaffold() {
  const target = join(work, 'out');
  const empty = () => rmSync(target, { recursive: true, force: true });
  const theirs = {
    command: process.execPath,
    args: [hygen(), 'service', 'new', '--name', 'orders'],
    cwd: join(work, 'hygen'),
    before: empty,
  };
  const ours = (template) => ({
    command: process.execPath,
    args: [svc, 'new', template, 'orders', '--dir', target, '--yes', '--no-install', '--no-git'],
    env: { XDG_STATE_HOME: join(work, 'state') },
    before: empty,
  });
  for (const [what, template] of [
    ['svc new http-service, bundled, 38 files and the chassis', 'http-service'],
    [`svc new, a folder with the same ${FILES} files, read and checked first`, ourTemplate()],
  ]) {
    const { subject, peer } = inTurn(ours(template), theirs);
    if (readdirSync(target).length < FILES) throw new Error('Hygen did not write its files');
    report({ what, value: subject, peer, peerName: 'Hygen', goal: { ratio: 0.8 } });
  }
}

/** From npm's cache: the first run fills it. */
function install() {
  const target = join(work, 'installed');
  const args = [svc, 'new', 'http-service', 'orders', '--dir', target, '--yes', '--no-git'];
  const run = () => {
    rmSync(target, { recursive: true, force: true });
    return timeOf({ command: process.execPath, args, env: { XDG_STATE_HOME: join(work, 'state') } });
  };
  run();
  const times = Array.from({ length: Math.min(RUNS, 3) }, run);
  report({ what: 'svc new with npm install, warm cache', value: median(times), goal: { atMost: 8_000 } });
}

function ourTemplate() {
  const folder = join(work, 'template');
  mkdirSync(join(folder, 'files'), { recursive: true });
  writeFileSync(
    join(folder, 'template.yaml'),
    `apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: { name: bench, title: Bench }
spec:
  type: service
  owner: group:default/platform
  parameters:
    - title: Service
      required: [name]
      properties:
        name: { type: string, pattern: '^[a-z][a-z0-9-]{1,38}$' }
  steps: [{ id: new, action: 'svckit:new' }]
  svckit: { version: 1.0.0 }
`,
  );
  for (let file = 0; file < FILES; file += 1) writeFileSync(join(folder, 'files', `file${file}.ts.hbs`), body('<% name %>'));
  return folder;
}

/** Hygen in a folder of its own, from npm, with a generator that writes the same files. */
function hygen() {
  const folder = join(work, 'hygen');
  const generator = join(folder, '_templates', 'service', 'new');
  mkdirSync(generator, { recursive: true });
  for (let file = 0; file < FILES; file += 1) {
    writeFileSync(join(generator, `file${file}.ejs.t`), `---\nto: ../out/file${file}.ts\n---\n${body('<%= name %>')}`);
  }
  const cache = join(process.env.XDG_CACHE_HOME ?? join(process.env.HOME ?? tmpdir(), '.cache'), 'svckit-bench', 'hygen-6.2.11');
  if (!existsSync(join(cache, 'node_modules', 'hygen'))) {
    mkdirSync(cache, { recursive: true });
    writeFileSync(join(cache, 'package.json'), '{ "private": true }');
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', 'hygen@6.2.11'], { cwd: cache, stdio: 'inherit' });
  }
  cpSync(cache, folder, { recursive: true, verbatimSymlinks: true });
  return join(folder, 'node_modules', 'hygen', 'dist', 'bin.js');
}

/** Every tenth line holds the name: about what service templates do. */
function body(name) {
  const text = (line) => (line % 10 === 0 ? `a line of ${name}` : 'a line like any other');
  return Array.from({ length: LINES }, (_, line) => `export const line${line} = '${text(line)}';\n`).join('');
}
