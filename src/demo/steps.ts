import { dirname, join } from 'node:path';
import { EXIT } from '../errors.ts';
import { copySources } from './copy.ts';
import { beginRepository } from './git.ts';
import { placeOrder, REQUEST_ID, showOrders } from './order.ts';
import { type Item, program, type Stage, type Step, svc } from './stage.ts';
import { changeTemplate } from './template-change.ts';

const SHOP = 'examples/shop';
const BROKEN_MIGRATION = 'migrations/0099_coupons.sql';

export const STEPS: readonly Step[] = [
  { title: 'Take a copy of the shop: ten services, each made by `svc new`, each with a database of its own', play: takeShop },
  {
    title: 'Deploy it to this machine',
    play: ({ runtime, workspace }) => svc(['deploy', '--env', 'local'], { runtime, cwd: workspace }),
  },
  { title: 'See what runs', play: ({ runtime, workspace }) => svc(['list'], { runtime, cwd: workspace }) },
  { title: 'Place an order', play: placeOrder },
  {
    title: 'See where that request went: one tree, through calls and events',
    play: ({ runtime, workspace }) => svc(['trace', REQUEST_ID], { runtime, cwd: workspace }),
  },
  { title: 'Break orders, and deploy it all the same', play: deployBroken },
  { title: 'Change a template, and take the change into a service that its team has edited', play: changeTemplate },
];

async function* takeShop(stage: Stage): AsyncGenerator<Item> {
  const { runtime, workspace } = stage;
  const shop = join(dirname(runtime.paths.program), SHOP);
  yield { is: 'command', line: `cp -R ${SHOP} ${workspace} && cd ${workspace} && git init` };
  await copySources(shop, workspace, runtime.fs);
  // npm takes no such file along in a package.
  if ((await runtime.fs.info(join(workspace, '.gitignore'))) === undefined)
    await runtime.fs.createFile(join(workspace, '.gitignore'), 'node_modules/\ndist/\n');
  await beginRepository(stage);
  yield { is: 'note', text: 'npm installs what its services need; the first time it fetches that, which takes a while.' };
  yield* program('npm ci --ignore-scripts --prefer-offline --loglevel=error', stage);
}

/** A migration with a mistake in it: the new version cannot start, so the old one has to go on. */
async function* deployBroken(stage: Stage): AsyncGenerator<Item> {
  const { runtime, workspace } = stage;
  const folder = join(workspace, 'services', 'orders');
  yield { is: 'command', line: `echo 'ALTER TABLE coupons ADD COLUMN code text;' > services/orders/${BROKEN_MIGRATION}` };
  await runtime.fs.createFile(join(folder, BROKEN_MIGRATION), 'ALTER TABLE coupons ADD COLUMN code text;\n');
  yield* svc(['deploy', 'orders', '--env', 'local'], { runtime, cwd: workspace, expected: EXIT.failed });
  yield { is: 'note', text: 'The deploy failed and said why. The old version still serves:' };
  yield* showOrders(stage);
}
