import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, vi } from 'vitest';
import { nodeFiles } from '../../src/runtime/node/files.ts';
import { exec } from '../../src/runtime/node/processes.ts';
import { type BuilderWorld, builderContract } from '../contract/builder-suite.ts';
import { builderEnv } from '../kubernetes/builder.ts';
import { scratch } from './files.ts';
import { freePort } from './loopback.ts';
import { describeWith } from './tools.ts';

for (const name of ['podman', 'buildah'] as const) {
  describeWith(`The real ${name}`, [name, 'registry'], ({ registry: program }) => {
    const parent = scratch();
    let world: BuilderWorld;
    let stop: () => void;

    beforeAll(async () => {
      const registry = `127.0.0.1:${await freePort()}`;
      const server = spawn(program, [registry], { stdio: 'ignore' });
      stop = () => server.kill();
      await vi.waitFor(() => fetch(`http://${registry}/v2/`), { timeout: 10_000 });
      world = { ...worldIn(parent, registry), registry, deadRegistry: `127.0.0.1:${await freePort()}` };
    });
    afterAll(() => stop?.());

    builderContract(name, () => world);
  });
}

function worldIn(parent: string, registry: string): Pick<BuilderWorld, 'runtime' | 'write'> {
  const { signal } = new AbortController();
  const env = builderEnv(join(parent, 'builder'), registry);
  return {
    runtime: { signal, fs: nodeFiles(), exec: (call) => exec({ ...call, env: { ...env, ...call.env } }, signal) },
    async write(text) {
      mkdirSync(parent, { recursive: true });
      const context = mkdtempSync(join(parent, 'image-'));
      const dockerfile = join(context, 'Dockerfile');
      writeFileSync(dockerfile, text);
      return { context, dockerfile };
    },
  };
}
