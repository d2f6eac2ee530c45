import { join } from 'node:path';
import { beforeAll, describe, it } from 'vitest';
import { scratch, spoil } from './files.ts';
import { expectPass, expectRefusal, run } from './run.ts';
import { type Answers, newService } from './services.ts';

describe.each<[string, Answers]>([
  ['A service with a database, events and a call', { database: 'postgres', events: 'publish', calls: 'products' }],
  ['A lean service that needs nothing', { standards: 'lean', ci: 'none' }],
])('%s', (_, answers) => {
  const parent = scratch();
  const cwd = join(parent, 'orders');
  const npm = (script: string) => run(['npm', 'run', script], { cwd });

  beforeAll(async () => {
    await newService(parent, 'orders', answers, ['--no-git']);
  });

  it.each(['check', 'build', 'test'])('is right from its first minute: npm run %s', async (script) => {
    expectPass(await npm(script));
  });

  it('is installed again from its lock, as its pipeline does', async () => {
    expectPass(await run(['npm', 'ci'], { cwd }));
  });

  it('is not let through where the contract and the code differ', async () => {
    spoil(join(cwd, 'openapi.yaml'), [/operationId: (\w+)/, 'operationId: $1Differently']);
    expectRefusal(await npm('check'), /api\.ts/);
    expectRefusal(await npm('test'), /Differently/);
  });

  it('is not let through with an error of types', async () => {
    spoil(join(cwd, 'src', 'main.ts'), [/$/, "\nexport const wrong: number = 'text';\n"]);
    expectRefusal(await run(['npx', '--no-install', 'tsc', '--noEmit'], { cwd }), /TS2322/);
  });
});
