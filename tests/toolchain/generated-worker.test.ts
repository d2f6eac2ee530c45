import { join } from 'node:path';
import { beforeAll, describe, it } from 'vitest';
import { scratch, spoil } from './files.ts';
import { expectPass, expectRefusal, run } from './run.ts';
import { newWorker } from './services.ts';

describe('A worker', () => {
  const parent = scratch();
  const cwd = join(parent, 'mailer');
  const npm = (script: string) => run(['npm', 'run', script], { cwd });

  beforeAll(async () => {
    await newWorker(parent, 'mailer', {}, ['--no-git']);
  });

  it.each(['check', 'build', 'test'])('is right from its first minute: npm run %s', async (script) => {
    expectPass(await npm(script));
  });

  it('is not let through where an event of the contract has no consumer', async () => {
    spoil(join(cwd, 'asyncapi.yaml'), [/name: ITEM_ADDED/, 'name: ITEM_REMOVED']);
    expectRefusal(await npm('test'), /ITEM_REMOVED has no consumer/);
  });
});
