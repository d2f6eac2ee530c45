import { dirname, join } from 'node:path';
import { EXIT } from '../errors.ts';
import { get, post } from './calls.ts';
import { type Item, type Stage, type Step, svc } from './stage.ts';
import { changeTemplate } from './template-change.ts';

/** The request id of the demo's order: the reader finds it in the answer, in every log line and in the trace. */
const REQUEST_ID = 'demo-order-1';

const BROKEN_MIGRATION = 'migrations/0002_coupons.sql';

export const STEPS: readonly Step[] = [
  {
    title: 'Make a workspace',
    play: ({ runtime, workspace }) => svc(['new', 'workspace', 'shop', '--yes'], { runtime, cwd: dirname(workspace) }),
  },
  {
    title: 'Make two services: products, and orders which calls it; each with a PostgreSQL database of its own',
    async *play({ runtime, workspace }) {
      yield* svc(['new', 'http-service', 'products', '--set', 'database=postgres', '--yes'], { runtime, cwd: workspace });
      yield* svc(['new', 'http-service', 'orders', '--set', 'database=postgres', '--set', 'calls=products', '--yes'], {
        runtime,
        cwd: workspace,
      });
    },
  },
  {
    title: 'Deploy them to this machine',
    play: ({ runtime, workspace }) => svc(['deploy', '--env', 'local'], { runtime, cwd: workspace }),
  },
  { title: 'See what runs', play: ({ runtime, workspace }) => svc(['list'], { runtime, cwd: workspace }) },
  { title: 'Place an order', play: placeOrder },
  {
    title: 'See where that request went',
    play: ({ runtime, workspace }) => svc(['trace', '--request-id', REQUEST_ID], { runtime, cwd: workspace }),
  },
  { title: 'Break orders, and deploy it all the same', play: deployBroken },
  { title: 'Change a template, and take the change into a service that its team has edited', play: changeTemplate },
];

async function* placeOrder(stage: Stage): AsyncGenerator<Item> {
  const products = yield* post(stage, { service: 'products', body: { name: 'Teapot' } });
  yield* post(stage, { service: 'orders', body: { name: 'Two teapots', belongsTo: products.id }, requestId: REQUEST_ID });
}

/** A migration with a mistake in it: the new version cannot start, so the old one has to go on. */
async function* deployBroken({ runtime, workspace }: Stage): AsyncGenerator<Item> {
  const folder = join(workspace, 'services', 'orders');
  yield { is: 'command', line: `echo 'ALTER TABLE coupons ADD COLUMN code text;' > services/orders/${BROKEN_MIGRATION}` };
  await runtime.fs.createFile(join(folder, BROKEN_MIGRATION), 'ALTER TABLE coupons ADD COLUMN code text;\n');
  yield* svc(['deploy', 'orders', '--env', 'local'], { runtime, cwd: workspace, expected: EXIT.failed });
  yield { is: 'note', text: 'The deploy failed and said why. The old version still serves:' };
  yield* get({ runtime, workspace }, 'orders');
}
