import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { disturbed } from './disturbed.ts';
import { SITUATIONS, type Situation, Stage } from './situations.ts';

/** Milliseconds by which the second starts after the first: from side by side to one after the other. */
const DELAYS = [0, 0, 0, 10, 20, 40, 60, 80, 100, 120, 150, 200];

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage(SITUATIONS['svc upgrade'] as Situation).open();
});
afterAll(() => stage.end());

it('lets one of two upgrades of one service win, and tells the other that it is busy or current', async () => {
  const before = stage.scene.tree();
  const alone = await disturbed(stage.run, undefined);
  const after = stage.scene.tree();
  expect(alone.exitCode, alone.output).toBe(0);
  expect(after).not.toEqual(before);
  for (const delay of DELAYS) {
    stage.reset();
    const runs = [disturbed(stage.run, undefined), pause(delay).then(() => disturbed(stage.run, undefined))];
    const ends = await Promise.all(runs);
    const told = ends.map(({ exitCode, output }) => `${exitCode} ${output.split('\n')[0]}`);
    expect(ends.filter(({ output }) => output.includes('is upgraded')).length, `after ${delay} ms: ${told.join(' | ')}`).toBe(1);
    for (const { exitCode, output } of ends) {
      const isFine = exitCode === 0 ? /is upgraded|nothing to|is current|up to date/i : /Another svc is writing|not committed/;
      expect(output, `${delay} ms later, exit code ${exitCode}`).toMatch(isFine);
    }
    expect(stage.scene.tree(), `${delay} ms later`).toEqual(after);
    expect(stage.state(), `${delay} ms later`).toEqual([]);
  }
});
