import { tmpdir } from 'node:os';
import { describe } from 'vitest';
import { BUILDER_NAMES } from '../../src/image/builder.ts';
import { fakeBuilder } from '../../src/image/fake-builder.ts';
import { fakeRuntime } from '../../src/runtime/fake-runtime.ts';
import { type BuilderWorld, builderContract } from './builder-suite.ts';

/** Real builders keep the same suite in tests/toolchain/builder.test.ts. */
describe.each(BUILDER_NAMES)('the fake %s', (name) => {
  const world = fakeWorld();
  builderContract(name, () => world);
});

function fakeWorld(): BuilderWorld {
  const registry = 'registry.example.com';
  const runtime = fakeRuntime({ exec: (call) => builder.exec(call) });
  const { volume } = runtime;
  volume.mkdirSync(tmpdir(), { recursive: true });
  const builder = fakeBuilder({
    installed: BUILDER_NAMES,
    registries: [registry],
    read: (path) => String(volume.readFileSync(path)),
    write: (path, text) => volume.writeFileSync(path, text),
  });
  let count = 0;
  return {
    runtime,
    registry,
    deadRegistry: 'dead.example.com',
    async write(dockerfile) {
      count += 1;
      const context = `/work/${count}`;
      volume.mkdirSync(context);
      volume.writeFileSync(`${context}/Dockerfile`, dockerfile);
      return { context, dockerfile: `${context}/Dockerfile` };
    },
  };
}
