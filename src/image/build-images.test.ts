import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { SvcError } from '../errors.ts';
import { type FakeRuntime, fakeRuntime } from '../runtime/fake-runtime.ts';
import type { Service } from '../workspace/workspace.ts';
import { buildImages, type ImageOrder } from './build-images.ts';
import { type FakeBuilder, fakeBuilder } from './fake-builder.ts';

const FILES = {
  'services/orders/Dockerfile': 'FROM node:24\nCOPY services/orders/dist .\n',
  'services/mails/Dockerfile': 'FROM python:3.13\nCOPY . .\n',
};

function service(name: string): Service {
  const unknown = { owner: undefined, system: undefined, workload: undefined, lock: undefined };
  return { name, folder: `/work/services/${name}`, version: '1.2.0', problems: [], ...unknown };
}

interface World {
  readonly runtime: FakeRuntime;
  readonly builder: FakeBuilder;
  build(order?: Partial<ImageOrder>): ReturnType<typeof buildImages>;
  failure(order?: Partial<ImageOrder>): Promise<SvcError>;
}

function world(files: Readonly<Record<string, string>> = FILES, installed: readonly string[] = ['podman'], working = installed): World {
  const registries = ['registry.example.com'];
  const missing = (command: string) => new SvcError('tool/missing', `${command} is not here`, { hint: 'Install it' });
  const read = (path: string) => String(runtime.volume.readFileSync(path));
  const builder = fakeBuilder({ installed, working, registries, read, write: (path, text) => runtime.volume.writeFileSync(path, text) });
  const runtime: FakeRuntime = fakeRuntime({
    files,
    exec(call) {
      const result = builder.exec(call);
      if (!result) throw missing(call.command);
      return result;
    },
  });
  runtime.volume.mkdirSync(tmpdir(), { recursive: true });
  const order = { services: [service('orders'), service('mails')], workspace: { root: '/work' }, registry: 'registry.example.com/shop' };
  const build = (change: Partial<ImageOrder> = {}) => buildImages({ ...order, builder: undefined, ...change }, runtime);
  const failure = (change: Partial<ImageOrder> = {}) =>
    build(change).then(
      () => Promise.reject(new Error('it was built')),
      (error: unknown) => error as SvcError,
    );
  return { runtime, builder, build, failure };
}

it('builds and pushes each image, and knows it by its digest', async () => {
  const { build, builder } = world();
  const built = await build();
  expect(built.map(({ service: name, builder: by }) => [name, by])).toEqual([
    ['orders', 'podman'],
    ['mails', 'podman'],
  ]);
  expect(built[0]?.image).toMatch(/^registry\.example\.com\/shop\/orders@sha256:[0-9a-f]{64}$/);
  expect(builder.calls).toEqual(['podman build', 'podman tag', 'podman push', 'podman build', 'podman tag', 'podman push']);
});

it('tells what it does while it does it', async () => {
  const { build, runtime } = world();
  await build({ services: [service('orders')] });
  const texts = runtime.progress.map(({ state, text }) => `${state}: ${text}`);
  expect(texts[0]).toBe('start: Building the image of orders from services/orders/Dockerfile with podman');
  expect(texts).toContain('update: orders: STEP 1/2: FROM node:24');
  expect(texts.at(-1)).toBe('done: Built and pushed the image of orders in 0 s');
});

it('takes Docker where its daemon answers, and passes over it where it does not', async () => {
  const { build } = world(FILES, ['docker', 'podman', 'buildah']);
  expect((await build())[0]?.builder).toBe('docker');
  const { build: buildWithout } = world(FILES, ['docker', 'podman', 'buildah'], ['buildah', 'podman']);
  expect((await buildWithout())[0]?.builder).toBe('podman');
});

it('takes the builder that was asked for, and no other', async () => {
  const { build, failure } = world(FILES, ['podman', 'buildah']);
  expect((await build({ builder: 'buildah' }))[0]?.builder).toBe('buildah');
  expect((await failure({ builder: 'docker' })).message).toBe('Nothing here builds images:\n  docker: not installed');
});

it('says of each builder why it does not work', async () => {
  const { code, message } = await world(FILES, ['docker'], []).failure();
  expect(code).toBe('tool/missing');
  expect(message).toContain('  docker: Cannot connect to the Docker daemon\n  podman: not installed\n  buildah: not installed');
});

it('names the line of the Dockerfile that failed, with what was printed last', async () => {
  const { failure, builder } = world({ 'services/orders/Dockerfile': '# for orders\nFROM node:24\nRUN false\n' });
  const { code, message, hint } = await failure({ services: [service('orders')] });
  expect(code).toBe('image/not-built');
  expect(message).toMatch(/^The image of orders was not built: services\/orders\/Dockerfile:3: RUN false\n/);
  expect(message).toContain('  │ Error: exit status 1');
  expect(hint).toBe('See all of it: cd /work/services/orders && podman build --file Dockerfile .');
  expect(builder.calls).not.toContain('podman push');
});

it('says what to do where the registry takes no image', async () => {
  const { code, message, hint } = await world().failure({ registry: 'other.example.com' });
  expect(code).toBe('image/not-pushed');
  expect(message).toMatch(/^other\.example\.com\/orders:1\.2\.0-[0-9a-f]{12} was not pushed\n {2}│ Error: connection refused$/);
  expect(hint).toContain('podman login other.example.com');
});

it('says which Dockerfile is missing before anything is built', async () => {
  const { failure, builder } = world({ 'services/orders/Dockerfile': 'FROM node:24\n' });
  expect((await failure()).message).toBe('mails has no Dockerfile to build its image from: there is no services/mails/Dockerfile');
  expect(builder.calls).toEqual([]);
});
