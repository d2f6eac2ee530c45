/** Twelve ways in which updates of generated code go wrong, and what else is asked of them: svckit, Copier and cruft on the same scenes. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { documented } from './document.mjs';
import { load } from './load.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { ourselves, peers, versions } = await load('peers/installed.ts');
const { compareCases, compareQuestions, markdown } = await load('peers/compare.ts');

const others = peers();
const tools = [ourselves(root), ...others];
const cases = await compareCases(tools);
const questions = await compareQuestions(tools);
const tables = {
  versions: `Measured with ${versions(root, tools)}.`,
  cases: markdown('When', cases, tools),
  questions: markdown('And', questions, tools),
};

console.log(`${Object.values(tables).join('\n\n')}\n`);
const bad = cases.filter(({ answers: [ours] }) => !ours.good).map(({ title }) => title);
verdict(bad.length === 0, `svckit is right or says so in ${cases.length - bad.length} of ${cases.length} cases`);
if (others.length > 0) {
  const stale = Object.entries(tables).filter(([section, text]) => !documented(section, text) && section !== 'versions');
  verdict(stale.length === 0, 'docs/upgrade-compared.md says what was measured (BENCH_WRITE=1 writes it)');
}

function verdict(met, what) {
  console.log(`${met ? 'met   ' : 'MISSED'} ${what}`);
  if (!met) process.exitCode = 1;
}
