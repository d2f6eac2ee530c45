// How many lines the teams wrote by hand: each service against what its template writes for the same answers.
// `node lines.mjs` prints the table, `--write` puts it into README.md, `--check` fails where README.md says otherwise.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

const README = new URL('README.md', import.meta.url);
const SERVICES = new URL('services/', import.meta.url).pathname;
/** What nobody wrote: it is made from a contract, or by npm or svc. */
const MADE = /(^|\/)(node_modules|dist|vendor|apis|\.svc)\/|src\/(api|events)\.ts$|package-lock\.json$/;
const KINDS = { tests: /(^|\/)tests\/|\.test\.ts$/, contract: /(open|async)api\.yaml$/, code: /(^|\/)src\/|\.sql$|routes\.yaml$/ };

const rows = readdirSync(SERVICES).sort().map(countIn);
const table = [
  '| service | code and SQL | contract | tests | everything else |',
  '|---|---|---|---|---|',
  ...[...rows, total(rows)].map(({ name, code, contract, tests, other }) => `| ${name} | ${code} | ${contract} | ${tests} | ${other} |`),
].join('\n');

const written = readFileSync(README, 'utf8');
const updated = written.replace(/(<!-- lines -->\n)[^]*(<!-- \/lines -->)/, `$1${table}\n$2`);
if (process.argv.includes('--write')) writeFileSync(README, updated);
else console.log(table);
if (process.argv.includes('--check') && updated !== written) {
  console.error('README.md says otherwise: run npm run lines -- --write');
  process.exitCode = 1;
}

function countIn(name) {
  const sums = { name: `\`${name}\``, code: 0, contract: 0, tests: 0, other: 0 };
  const pristine = mkdtempSync(join(tmpdir(), 'shop-lines-'));
  try {
    const again = renderAgain(name, pristine);
    for (const [lines, path] of difference(again, join(SERVICES, name))) sums[kindOf(path)] += lines;
  } finally {
    rmSync(pristine, { recursive: true });
  }
  return sums;
}

/** In a workspace like this one: a Dockerfile says where in it the service is. */
function renderAgain(name, workspace) {
  const { template, answers } = parse(readFileSync(join(SERVICES, name, '.svc/lock.yaml'), 'utf8'));
  const { name: _, ...others } = answers;
  const [again, file] = [join(workspace, 'services', name), join(workspace, 'answers.yaml')];
  for (const root of ['svc.yaml', 'package.json']) cpSync(new URL(root, import.meta.url), join(workspace, root));
  writeFileSync(file, stringify(others));
  const svc = new URL('../../bin/svc.js', import.meta.url).pathname;
  const made = ['new', template.name, name, '--dir', again, '--answers', file];
  execFileSync(process.execPath, [svc, ...made, '--yes', '--no-git', '--no-install'], { stdio: ['ignore', 'ignore', 'inherit'] });
  return again;
}

/** Lines that are in the one and not in the other, by path. */
function difference(pristine, service) {
  const told = spawnSync('git', ['diff', '--no-index', '--numstat', '-z', '--no-renames', pristine, service], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return [...told.stdout.matchAll(/(\d+)\t\d+\t\0[^\0]*\0([^\0]*)\0|(\d+)\t\d+\t([^\0]+)\0/g)]
    .map(([, both, path, one, only]) => [Number(both ?? one), (path ?? only).slice(service.length + 1)])
    .filter(([, path]) => !MADE.test(path));
}

function kindOf(path) {
  return Object.keys(KINDS).find((kind) => KINDS[kind].test(path)) ?? 'other';
}

function total(all) {
  const sum = (kind) => all.reduce((so, row) => so + row[kind], 0);
  return { name: '**all**', code: sum('code'), contract: sum('contract'), tests: sum('tests'), other: sum('other') };
}
