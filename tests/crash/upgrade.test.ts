import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { disturbed, type Fault, type Outcome } from './disturbed.ts';
import { SITUATIONS, Stage } from './situations.ts';

type Tree = Readonly<Record<string, string>>;

/** Cases that go side by side, each on a stage of its own. */
const LANES = 2;

const isTemporary = (path: string) => path.includes('.svckit-');
const settled = (tree: Tree) => Object.fromEntries(Object.entries(tree).filter(([path]) => !isTemporary(path)));

describe.each(Object.entries(SITUATIONS))('%s, disturbed at every operation that changes a file', (name, situation) => {
  let stages: readonly Stage[];
  let undisturbed: Outcome;
  let before: Tree;
  let after: Tree;

  beforeAll(async () => {
    stages = await Promise.all(Array.from({ length: LANES }, () => new Stage(situation).open()));
    const [first] = stages as [Stage];
    before = first.scene.tree();
    undisturbed = await disturbed(first.run, undefined);
    after = first.scene.tree();
  });
  afterAll(() => {
    for (const stage of stages) stage.end();
  });

  /** Every operation once, with this fault. */
  async function each(how: Fault['how'], check: (stage: Stage, outcome: Outcome) => Promise<void>): Promise<number> {
    const left = undisturbed.operations.keys();
    let disturbances = 0;
    const lane = async (stage: Stage) => {
      for (const index of left) {
        stage.reset();
        const outcome = await disturbed(stage.run, { at: index + 1, how });
        disturbances += outcome.operations.length;
        await check(stage, outcome);
      }
    };
    await Promise.all(stages.map(lane));
    return disturbances;
  }

  /** The same command once more brings it to its end, and leaves nothing beside it. */
  async function expectToEnd(stage: Stage, at: string): Promise<void> {
    const { scene } = stage;
    await situation.again(scene);
    expect(scene.tree(), `${at}, and another run`).toEqual(after);
    if (situation.exitCode === 4) {
      await scene.abort();
      expect(scene.tree(), `${at}, another run and --abort`).toEqual(before);
    }
    expect(stage.state(), `${at}, and another run: svckit’s own folder`).toEqual([]);
  }

  it('changes the disk in all the ways that are disturbed here', () => {
    expect(undisturbed.exitCode, undisturbed.output).toBe(situation.exitCode);
    expect(after).not.toEqual(before);
    const kinds = new Set(undisturbed.operations.map((line) => line.split(' ')[0]));
    expect([...kinds]).toEqual(expect.arrayContaining(['create', 'write', 'sync', 'rename', 'unlink']));
    expect(undisturbed.operations.length, name).toBeGreaterThan(20);
  });

  it('is as before or complete after a kill, and the next run brings it to its end', async () => {
    const kills = await each('kill', async (stage, { signal, operations: [at = ''], output }) => {
      expect(signal, output).toBe('SIGKILL');
      await stage.recover();
      expect([before, after], at).toContainEqual(stage.scene.tree());
      await expectToEnd(stage, at);
    });
    expect(kills).toBe(undisturbed.operations.length);
  });

  it('is as before or complete where the disk is full, and says so', async () => {
    const faults = await each('full', async (stage, { exitCode, operations: [at = ''], output }) => {
      expect([3, situation.exitCode], `${at}: ${output}`).toContain(exitCode);
      expect([before, after], at).toContainEqual(settled(stage.scene.tree()));
      await stage.recover();
      expect([before, after], at).toContainEqual(stage.scene.tree());
      await expectToEnd(stage, at);
    });
    expect(faults).toBe(undisturbed.operations.length);
  });
});
