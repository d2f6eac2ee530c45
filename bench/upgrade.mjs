/** `svc upgrade` of a service with 40 files, all changed, against `copier update` and `cruft update` of the same; and git processes. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { documented } from './document.mjs';
import { inRounds, median, RUNS, report, timeOf } from './harness.mjs';
import { load } from './load.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { ourselves, peers } = await load('peers/installed.ts');
const { Workplace } = await load('peers/workplace.ts');
const { LARGE, EXPECTED, MARKS } = await load('peers/large.ts');

const tools = [ourselves(root), ...peers()];
const places = [];
try {
  for (const tool of tools) {
    const place = new Workplace(tool);
    places.push(place);
    await place.prepare(LARGE);
  }
  const [counts, cpu] = [{}, {}];
  for (const place of places) {
    counts[place.tool.name] = await gitProcesses(place);
    if (existsSync('/proc/self/stat')) cpu[place.tool.name] = await cpuOf(place);
  }
  const bare = { command: process.execPath, args: ['-e', '0'] };
  const medians = await inRounds({ ...Object.fromEntries(places.map((place) => [place.tool.name, updateOf(place)])), bare });
  show(medians, counts, cpu);
} finally {
  for (const place of places) place.end();
}

function updateOf(place) {
  const [command, ...first] = place.tool.command;
  const args = [...first, ...place.tool.update(LARGE)];
  return { command, args, cwd: place.service, env: place.env(), before: () => place.reset() };
}

/** One update with git's own trace on, which writes a file for each process; and a look at whether it was a right one. */
async function gitProcesses(place) {
  const traces = mkdtempSync(join(tmpdir(), 'svckit-traces-'));
  try {
    const { before, ...update } = updateOf(place);
    await before();
    timeOf({ ...update, env: { ...update.env, GIT_TRACE2_EVENT: traces } });
    refuseWrong(place);
    return readdirSync(traces).length;
  } finally {
    rmSync(traces, { recursive: true, force: true });
  }
}

/** Processor time of an update and all that it starts, which a busy machine changes little; the kernel counts in ticks of 10 ms. */
async function cpuOf(place) {
  const ticks = () => {
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
    return Number(fields[13]) + Number(fields[14]);
  };
  const runs = [];
  for (let run = 0; run < RUNS; run += 1) {
    const { before, ...update } = updateOf(place);
    await before();
    const start = ticks();
    timeOf(update);
    runs.push((ticks() - start) * 10);
  }
  return median(runs);
}

function refuseWrong(place) {
  const texts = [...place.files()].filter(([path]) => path.startsWith('src/')).map(([, { content }]) => String(content));
  for (const [side, mark] of Object.entries(MARKS)) {
    const found = texts.filter((text) => text.includes(mark)).length;
    if (found !== EXPECTED[side]) throw new Error(`${place.tool.name} kept ${found} of ${EXPECTED[side]} changes of ${side}`);
  }
}

function show({ svckit, Copier, cruft, bare }, counts, cpu) {
  const what = 'svc upgrade, 40 files, all changed, 3 edited';
  if (Copier === undefined) report({ what, value: svckit, peer: bare, peerName: 'node -e 0', goal: { ratio: 4 } });
  else {
    report({ what, value: svckit, peer: Copier, peerName: 'copier update', goal: { ratio: 0.1 } });
    report({ what, value: svckit, peer: cruft, peerName: 'cruft update', goal: { ratio: 0.5 } });
    const columns = { ...Object.fromEntries(tools.map(({ name }) => [name, name])), bare: 'Node.js alone' };
    const row = (name, figure) => `| ${[name, ...Object.keys(columns).map(figure)].join(' | ')} |`;
    const medians = { svckit, Copier, cruft, bare };
    documented(
      'speed',
      [
        row('', (name) => columns[name]),
        row('---', () => '---'),
        row('update', (name) => `${Math.round(medians[name])} ms`),
        row('processor time of it', (name) => (name in cpu ? `${cpu[name]} ms` : '')),
        row('git processes', (name) => counts[name] ?? ''),
      ].join('\n'),
    );
  }
  console.log(`       Node.js alone starts and ends in ${Math.round(bare)} ms`);
  report({ what: 'git processes of svc upgrade', value: counts.svckit, unit: 'processes', goal: { atMost: 10 } });
  for (const [name, count] of Object.entries(counts))
    console.log(`       ${name}: ${count} git processes, ${cpu[name] ?? '?'} ms of processor time`);
}
