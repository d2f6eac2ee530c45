import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { plain } from '../../output/style.ts';
import { type FakeRuntime, fakeRuntime } from '../../runtime/fake-runtime.ts';
import { render } from './render.command.ts';

const FILES = {
  'svc.yaml':
    'environments:\n  staging: { target: kubernetes, namespace: shop, registry: registry.example.com }\n  docker: { target: compose }\n',
  'orders/score.yaml': `apiVersion: score.dev/v1b1
metadata: { name: orders }
containers: { main: { image: ., variables: { KEY: "\${resources.payments.key}", PRICE: "5$" } } }
resources: { payments: { type: payment-provider } }
`,
  'orders/package.json': '{ "version": "1.0.0" }',
  'orders/Dockerfile': 'FROM scratch\n',
  'cart/score.yaml':
    'apiVersion: score.dev/v1b1\nmetadata: { name: cart }\ncontainers: { main: { image: . } }\nresources: { route: { type: route } }\n',
  'cart/package.json': '{ "version": "1.0.0" }',
  'cart/Dockerfile': 'FROM scratch\nCOPY cart/dist .\n',
};

const run = (args: readonly string[], flags: Readonly<Record<string, unknown>>, runtime: FakeRuntime = fakeRuntime({ files: FILES })) =>
  render.run(render.parse(args, flags), runtime);

it('shows the objects of the services that are named, and says what is missing among them', async () => {
  const runtime = fakeRuntime({ files: FILES });
  const result = await run(['cart'], { env: 'staging' }, runtime);
  const kinds = parseAllDocuments(render.view(result, plain)).map((document) => document.toJS().kind);
  expect(kinds).toEqual(['ServiceAccount', 'NetworkPolicy', 'Deployment', 'PodDisruptionBudget']);
  expect(runtime.progress.map(({ text }) => text)).toEqual(['staging has no gateway: the route of cart is left out']);
});

it('writes a file for each service, and only what differs', async () => {
  const runtime = fakeRuntime({ files: FILES });
  const flags = { env: 'staging', output: 'out' };
  expect(render.view(await run(['cart'], flags, runtime), plain)).toBe('new     cart.yaml\nin /work/out');
  expect(render.view(await run(['cart'], flags, runtime), plain)).toBe('same    cart.yaml\nin /work/out');
  expect(runtime.tree()['/work/out/cart.yaml']).toContain('kind: Deployment');
});

it('writes one Compose file, in which what nothing stands in for is asked of .env', async () => {
  const runtime = fakeRuntime({ files: FILES });
  const [file] = (await run([], { target: 'compose' }, runtime)).files;
  const { services, configs } = parseAllDocuments(file?.text ?? '')[0]?.toJS() ?? {};
  expect(services.orders).toMatchObject({ build: { context: 'orders' }, environment: { KEY_FILE: '/run/secrets/KEY', PRICE: '5$$' } });
  expect(services.cart.build).toEqual({ context: '.', dockerfile: 'cart/Dockerfile' });
  expect(Object.values(configs)).toEqual([{ content: '${ORDERS_PAYMENTS_KEY:?set it in .env}' }]);
  expect(runtime.progress.map(({ text }) => text)).toEqual(['Set in .env beside the file: ORDERS_PAYMENTS_KEY']);
  expect((await run([], { env: 'docker' })).target).toBe('compose');
});

it.each<[string, readonly string[], Readonly<Record<string, unknown>>, string]>([
  ['no environment', [], {}, 'Which environment?'],
  ['an environment that there is not', [], { env: 'prod' }, 'There is no environment prod'],
  ['this machine', [], { env: 'local' }, 'local is no Kubernetes environment'],
  ['an image without its service', [], { env: 'staging', image: ['orders:1'] }, '--image orders:1 names no image'],
  ['an image of nobody', [], { env: 'staging', image: ['x=y'] }, '--image names no service: x'],
  ['a type that nothing provides', ['orders'], { env: 'staging' }, 'staging provides no payment-provider'],
])('refuses %s', async (_, services, flags, message) => {
  await expect((async () => run(services, flags))()).rejects.toThrow(message);
});
