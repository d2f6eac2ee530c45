import { join } from 'node:path';
import type { StreamSpec } from '../../cli/command.ts';
import { type Item, invocation } from '../../demo/stage.ts';
import { STEPS } from '../../demo/steps.ts';
import { EXIT } from '../../errors.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { screen } from './demo.view.ts';

interface Input {
  readonly once: boolean;
  readonly folder: string | undefined;
}

export const demo: StreamSpec<Input, Item> = {
  name: 'demo',
  summary: 'Show it all once: run a shop of ten services, place an order, trace it, break one service, upgrade one',
  examples: [
    ['svc demo', 'in a fresh folder; stays up until Ctrl-C'],
    ['svc demo --once', 'ends by itself and takes everything away again'],
    ['svc demo --dir ~/shop-demo', 'in this folder, which stays'],
  ],
  declare: (command) =>
    command.option('--once', 'end when everything was shown').option('--dir <folder>', 'an empty or new folder for the workspace'),
  parse: (_, flags) => ({ once: flags['once'] === true, folder: flags['dir'] as string | undefined }),
  async *stream({ once, folder }, runtime) {
    const start = runtime.now().getTime();
    const home = folder ?? (await runtime.fs.temporaryFolder('svckit-demo-'));
    const workspace = join(home, 'shop');
    try {
      yield* play({ runtime, workspace });
      if (runtime.signal.aborted) return EXIT.interrupted;
      yield { is: 'end', folder: workspace, ms: runtime.now().getTime() - start, stays: !once };
      if (!once) await stopped(runtime.signal);
    } finally {
      await cleanUp(runtime, { workspace, home: folder === undefined ? home : undefined });
    }
    return EXIT.ok;
  },
  screen,
  toJson: (item) => item,
};

async function* play(stage: { readonly runtime: Runtime; readonly workspace: string }): AsyncGenerator<Item> {
  for (const [index, step] of STEPS.entries()) {
    if (stage.runtime.signal.aborted) return;
    const start = stage.runtime.now().getTime();
    yield { is: 'step', number: index + 1, title: step.title };
    yield* step.play(stage);
    yield { is: 'took', ms: stage.runtime.now().getTime() - start };
  }
}

/** Ends what was started; a folder that nobody asked for goes too. */
async function cleanUp(
  runtime: Runtime,
  { workspace, home }: { readonly workspace: string; readonly home: string | undefined },
): Promise<void> {
  if ((await runtime.fs.info(workspace)) !== undefined) {
    const down = home === undefined ? ['down'] : ['down', '--data', '--yes'];
    await runtime.exec({ ...invocation(runtime, down), cwd: workspace, afterStop: true });
  }
  if (home !== undefined) await runtime.fs.removeTree(home);
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
