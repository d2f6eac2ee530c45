import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { scratch } from './files.ts';
import { run } from './run.ts';
import { ROOT } from './services.ts';

interface Tier {
  readonly exitCode: number;
  readonly log?: string;
  /** Status by test, where a test runner left a report. */
  readonly tests?: Readonly<Record<string, 'passed' | 'failed' | 'skipped'>>;
}

const parent = scratch();

/** The last line and the exit code after these tiers, and all that was said before. */
async function counted(tiers: Readonly<Record<string, Tier>>) {
  const folder = join(parent, expect.getState().currentTestName ?? '');
  mkdirSync(folder);
  for (const [name, tier] of Object.entries(tiers)) leave(join(folder, name), { name, ...tier });
  const { exitCode, output } = await run([process.execPath, join(ROOT, '.ci', 'count.mjs'), folder, 'everything', '/everything', '/user']);
  return { exitCode, output, closing: output.trimEnd().split('\n').at(-1) };
}

function leave(file: string, { name, exitCode, log = '', tests }: Tier & { name: string }): void {
  writeFileSync(`${file}.exit`, String(exitCode));
  writeFileSync(`${file}.log`, log);
  if (tests === undefined) return;
  const assertionResults = Object.entries(tests).map(([fullName, status]) => ({ fullName, status }));
  writeFileSync(`${file}.json`, JSON.stringify({ testResults: [{ name: `/${name}/tests/a.test.ts`, assertionResults }] }));
}

it('adds up tests, and takes a tier without a report for one', async () => {
  const everything: Tier = { exitCode: 0, tests: { a: 'passed', b: 'passed' } };
  expect(await counted({ everything, demo: { exitCode: 0 } })).toMatchObject({ closing: '3 passed, 0 failed', exitCode: 0 });
});

it('counts failed tests, and shows what their tier said', async () => {
  const everything: Tier = { exitCode: 1, log: 'expected 1 to be 2', tests: { a: 'passed', b: 'failed' } };
  const { output, ...rest } = await counted({ everything });
  expect(rest).toEqual({ closing: '1 passed, 1 failed', exitCode: 1 });
  expect(output).toContain('expected 1 to be 2');
});

it('counts a tier that failed with no test failed, as by an error of types', async () => {
  const everything: Tier = { exitCode: 2, tests: { a: 'passed' } };
  expect(await counted({ everything })).toMatchObject({ closing: '1 passed, 1 failed', exitCode: 1 });
});

it('lets a test be skipped where everything is there only if another tier has seen it pass', async () => {
  const everything: Tier = { exitCode: 0, tests: { a: 'passed', unprivileged: 'skipped', never: 'skipped' } };
  const user: Tier = { exitCode: 0, tests: { unprivileged: 'passed', a: 'skipped' } };
  const { output, closing, exitCode } = await counted({ everything, user });
  expect(output).toMatch(/^skipped everywhere: tests\/a\.test\.ts: never$/m);
  expect({ closing, exitCode }).toEqual({ closing: '2 passed, 1 failed', exitCode: 1 });
});

it('does not pass where nothing ran', async () => {
  expect(await counted({})).toMatchObject({ closing: '0 passed, 0 failed', exitCode: 1 });
});
