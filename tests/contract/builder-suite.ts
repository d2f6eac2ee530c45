import { expect, it } from 'vitest';
import { type BuilderName, type BuilderRuntime, builderOf, type Step } from '../../src/image/builder.ts';
import { failedStep } from '../../src/image/failed-step.ts';

/** Where images are built for the suite. */
export interface BuilderWorld {
  readonly runtime: BuilderRuntime;
  /** Takes images; the other one answers nothing. */
  readonly registry: string;
  readonly deadRegistry: string;
  /** Writes a Dockerfile into a folder of its own; resolves with both, absolute. */
  write(dockerfile: string): Promise<{ readonly dockerfile: string; readonly context: string }>;
}

const GOOD = 'FROM scratch\nLABEL made=for-tests\n';
const BROKEN = 'FROM scratch\nLABEL made=for-tests\nRUN false\n';
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** What every builder keeps, whatever program it is. */
export function builderContract(name: BuilderName, worldOf: () => BuilderWorld): void {
  const build = async (text: string): Promise<Step<string>> => {
    const { runtime, write } = worldOf();
    return builderOf(name, runtime).build({ ...(await write(text)), onLine: () => {} });
  };
  const push = async (image: Step<string>, to: string) =>
    builderOf(name, worldOf().runtime).push(image.value ?? '', `${to}/contract/small:1`);

  it('builds the same files into the same image', async () => {
    const first = await build(GOOD);
    expect(first.value, first.lines.join('\n')).toMatch(DIGEST);
    expect((await build(GOOD)).value).toBe(first.value);
  });

  it('pushes an image, and knows the digest that the registry knows it by', async () => {
    const { registry } = worldOf();
    const image = await build(GOOD);
    const pushed = await push(image, registry);
    expect(pushed.value, pushed.lines.join('\n')).toMatch(DIGEST);
    expect((await push(image, registry)).value).toBe(pushed.value);
  });

  it('shows the step that failed', async () => {
    const failed = await build(BROKEN);
    expect(failed).toMatchObject({ ok: false, value: undefined });
    expect(failedStep(failed.lines, BROKEN)).toEqual({ line: 3, text: 'RUN false' });
  });

  it('says why a registry takes no image', async () => {
    const refused = await push(await build(GOOD), worldOf().deadRegistry);
    expect(refused).toMatchObject({ ok: false, value: undefined });
    expect(refused.lines.join('\n')).toContain('connection refused');
  });
}
