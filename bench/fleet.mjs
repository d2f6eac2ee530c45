/** A fleet on this machine: `svc scan` of thousands of services, and `svc upgrade --all` of a thousand repositories, a commit each. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { RUNS, report } from './harness.mjs';
import { load } from './load.mjs';

const svc = process.env.SVCKIT_BIN ?? join(dirname(dirname(fileURLToPath(import.meta.url))), 'bin', 'svc.js');
/** A single run shows that everything can still be measured: a small fleet is enough for that. */
const [SCANNED, UPGRADED] = RUNS === 1 ? [200, 50] : [2_000, 1_000];

const { writeTemplate, writeServices } = await load('fleet-services.ts');
const work = mkdtempSync(join(tmpdir(), 'svckit-fleet-'));
const env = {
  ...process.env,
  XDG_STATE_HOME: join(work, 'state'),
  XDG_CACHE_HOME: join(work, 'cache'),
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: join(work, 'gitconfig'),
};
writeFileSync(env.GIT_CONFIG_GLOBAL, '[user]\n\tname = Ada\n\temail = ada@example.com\n[init]\n\tdefaultBranch = main\n');
try {
  await scan();
  await upgrade();
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** Half of the services behind, every tenth drifted, every other tenth edited where it may be. */
async function scan() {
  const folder = join(work, 'scanned');
  writeTemplate(folder, 0);
  const behind = await writeServices({ folder, from: 0, to: SCANNED / 2 });
  writeTemplate(folder, 1);
  const services = [...behind, ...(await writeServices({ folder, from: SCANNED / 2, to: SCANNED }))];
  const repository = emptyRepository();
  for (const service of services) cpSync(repository, join(service, '.git'), { recursive: true });
  const drifted = services.filter((_, number) => number % 10 === 0);
  for (const service of drifted) appendFileSync(join(service, '.github/workflows/ci.yml'), '# ours\n');
  for (const service of services.filter((_, number) => number % 10 === 5)) edit(service);
  const { ms, megabytes, output } = measured(['scan', join(folder, 'services'), '--json']);
  const { summary } = JSON.parse(output).data;
  expectSame('scan', { services: SCANNED, behind: behind.length, drifted: drifted.length, failed: 0 }, summary);
  report({ what: `svc scan of ${SCANNED} services, behind and drifted`, value: ms / 1_000, unit: 's', goal: { atMost: 15 } });
  report({ what: `memory of it at its peak`, value: megabytes, unit: 'MB', goal: { atMost: 250 } });
}

/** Every service behind, in a repository of its own, every tenth with an edit that is to stay. */
async function upgrade() {
  const folder = join(work, 'upgraded');
  writeTemplate(folder, 0);
  const services = await writeServices({ folder, from: 0, to: UPGRADED });
  for (const service of services.filter((_, number) => number % 10 === 5)) edit(service);
  await Promise.all([commitAll(services.slice(0, UPGRADED / 2)), commitAll(services.slice(UPGRADED / 2))]);
  writeTemplate(folder, 1);
  const { ms, megabytes, output } = measured(['upgrade', '--all', join(folder, 'services'), '--yes', '--json']);
  const committed = JSON.parse(output).data.services.filter(({ state }) => state === 'committed');
  const merged = committed.filter(({ repository, branch }, number) => number % 100 !== 5 || hasBoth(repository, branch));
  expectSame('upgrade', { committed: UPGRADED, merged: UPGRADED }, { committed: committed.length, merged: merged.length });
  report({ what: `svc upgrade --all of ${UPGRADED} services, a commit each`, value: ms / 1_000, unit: 's', goal: { atMost: 40 } });
  report({ what: `memory of it at its peak`, value: megabytes, unit: 'MB', goal: { atMost: 250 } });
}

function edit(service) {
  const path = join(service, 'src/part0.ts');
  writeFileSync(path, readFileSync(path, 'utf8').replace('line30 = 0', 'line30 = 7'));
}

/** Wall-clock time, and the most memory that the process held, as it says itself when it ends. */
function measured(args) {
  const peak = join(work, 'peak');
  const preload = join(work, 'preload.mjs');
  const source = `process.on('exit', () => writeFileSync(${JSON.stringify(peak)}, String(process.resourceUsage().maxRSS)));`;
  writeFileSync(preload, `import { writeFileSync } from 'node:fs';\n${source}\n`);
  const start = process.hrtime.bigint();
  const options = { encoding: 'utf8', env, cwd: work, maxBuffer: 2 ** 28, timeout: 300_000 };
  const result = spawnSync(process.execPath, ['--import', pathToFileURL(preload).href, svc, ...args], options);
  const ms = Number(process.hrtime.bigint() - start) / 1e6;
  if (result.status !== 0)
    throw new Error(
      `svc ${args.join(' ')} ended with ${result.status}: ${result.error ?? `${result.stdout}${result.stderr}`.slice(-2_000)}`,
    );
  return { ms, output: result.stdout, megabytes: Number(readFileSync(peak, 'utf8')) / 1_024 };
}

function expectSame(what, wanted, found) {
  for (const [name, value] of Object.entries(wanted)) {
    if (found[name] !== value) throw new Error(`svc ${what} found ${found[name]} ${name}, and there are ${value}`);
  }
}

/** Whether the branch holds the template's change and the user's. */
function hasBoth(repository, branch) {
  const { stdout } = spawnSync('git', ['-C', repository, 'show', `${branch}:src/part0.ts`], { encoding: 'utf8', env });
  return stdout.includes('line5 = 1;') && stdout.includes('line30 = 7;');
}

async function commitAll(services) {
  const repository = emptyRepository();
  for (const service of services) {
    cpSync(repository, join(service, '.git'), { recursive: true });
    await git(service, ['add', '--all']);
    await git(service, ['commit', '--quiet', '--message', 'Make the service']);
  }
}

async function git(cwd, args) {
  const child = spawn('git', args, { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`git ${args.join(' ')} ended with ${code} in ${cwd}`);
}

/** What `git init` makes, made once and copied. */
function emptyRepository() {
  const folder = join(work, 'empty');
  if (!existsSync(folder)) {
    mkdirSync(folder);
    spawnSync('git', ['init', '--quiet', '--template='], { cwd: folder, env });
  }
  return join(folder, '.git');
}
