// Adds up what the tiers of .ci/run left: node count.mjs <folder> <main tier> <root of a checkout…>
// Prints the log of each tier that failed, and closes with "N passed, N failed"; exit code 1 where anything failed.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const [folder, mainTier, ...roots] = process.argv.slice(2);

const tiers = readdirSync(folder)
  .filter((file) => file.endsWith('.exit'))
  .map((file) => readTier(file.slice(0, -'.exit'.length)));

const failedTiers = tiers.filter(({ exitCode }) => exitCode !== 0);
for (const { name, log } of failedTiers) console.log(`\n======== ${name}\n${stripVTControlCharacters(log)}`);

const unproven = neverRan();
for (const test of unproven) console.log(`skipped everywhere: ${test}`);

const passed = count((tier) => tier.tests?.filter(({ status }) => status === 'passed').length ?? Number(tier.exitCode === 0));
const failed = count(failuresOf) + unproven.length;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

function readTier(name) {
  const file = (extension) => join(folder, `${name}.${extension}`);
  return {
    name,
    exitCode: Number(readFileSync(file('exit'), 'utf8')),
    log: readFileSync(file('log'), 'utf8'),
    tests: existsSync(file('json')) ? testsIn(JSON.parse(readFileSync(file('json'), 'utf8'))) : undefined,
  };
}

function testsIn({ testResults }) {
  return testResults.flatMap(({ name: path, assertionResults }) =>
    assertionResults.map(({ fullName, status }) => ({ id: `${withoutRoot(path)}: ${fullName}`, status })),
  );
}

function withoutRoot(path) {
  const root = roots.find((each) => path.startsWith(`${each}/`));
  return root === undefined ? path : relative(root, path);
}

/** A tier that failed without a failed test, as by a type error, counts as one. */
function failuresOf({ exitCode, tests = [] }) {
  const failures = tests.filter(({ status }) => status === 'failed').length;
  return exitCode === 0 ? failures : Math.max(1, failures);
}

/** The main tier has all tools and all rights: what is skipped there must have passed elsewhere, or nobody has seen it pass. */
function neverRan() {
  const seen = new Set(tiers.flatMap(({ tests = [] }) => tests.filter(({ status }) => status === 'passed').map(({ id }) => id)));
  const main = tiers.find(({ name }) => name === mainTier)?.tests ?? [];
  return main.filter(({ id, status }) => status !== 'passed' && status !== 'failed' && !seen.has(id)).map(({ id }) => id);
}

function count(of) {
  return tiers.reduce((sum, tier) => sum + of(tier), 0);
}
