import { type Database, newShop, type Shop, stagingOf, startDatabase } from '../../tests/kubernetes/shop.ts';
import { expectPass } from '../../tests/toolchain/run.ts';
import { makeNamespace, type Stage } from './stage.ts';

const MORE = ['carts', 'payments', 'users', 'stocks', 'searches', 'coupons', 'mails', 'shipments', 'reviews', 'returns'];

export interface Twelve {
  /** A deploy that changes nothing, by the whole command; resolves with its milliseconds. */
  deployAgain(): Promise<number>;
  close(): Promise<void>;
}

/** Twelve services of `svc new` that run on the cluster: two of them built, the others with the image of one of the two. */
export async function deployTwelve(stage: Stage): Promise<Twelve> {
  const database = await startDatabase(stage.folder);
  const shop = await newShop(stage.folder, stage.cluster);
  shop.write('svc.yaml', stagingOf(database));
  await prepareNamespace(database, stage);
  const images = await builtImages(shop);
  for (const name of MORE) await addService(name, shop);
  const given = [...images, ...MORE.map((name) => `${name}=${imageOf('orders', images)}`)].flatMap((image) => ['--image', image]);
  const deploy = () => shop.svc('deploy', '--env', 'staging', '--yes', ...given);
  expectPass(await deploy());
  return {
    async deployAgain() {
      const began = performance.now();
      const { output, exitCode } = await deploy();
      const milliseconds = performance.now() - began;
      if (exitCode !== 0 || !output.includes('Nothing to do')) throw new Error(`a deploy that changes nothing did something:\n${output}`);
      return milliseconds;
    },
    close: () => database.stop(),
  };
}

async function prepareNamespace(database: Database, stage: Stage): Promise<void> {
  await makeNamespace('shop', stage);
  const url = `--from-literal=url=${database.url}`;
  expectPass(await stage.cluster.kubectl(['-n', 'shop', 'create', 'secret', 'generic', 'products-db', url]));
}

async function builtImages(shop: Shop): Promise<readonly string[]> {
  expectPass(await shop.svc('deploy', '--env', 'staging', '--build', '--yes'));
  const { output } = await shop.svc('deploy', '--env', 'staging', '--build', '--yes', '--json');
  const json = output.split('\n').find((line) => line.startsWith('{')) ?? '';
  const { data } = JSON.parse(json) as { data: { images: readonly { service: string; image: string }[] } };
  return data.images.map(({ service, image }) => `${service}=${image}`);
}

function imageOf(service: string, images: readonly string[]): string {
  return images.find((image) => image.startsWith(`${service}=`))?.slice(service.length + 1) ?? '';
}

async function addService(name: string, { svc }: Shop): Promise<void> {
  const set = ['owner=payments', 'calls=products', 'ci=none'].flatMap((answer) => ['--set', answer]);
  expectPass(await svc('new', 'http-service', name, ...set, '--yes', '--no-install', '--no-git'));
}

/** How many pods run in the namespace, so that nobody measures an empty one. */
export async function runningPods({ cluster }: Stage): Promise<number> {
  const { output } = await cluster.kubectl(['-n', 'shop', 'get', 'pods', '--field-selector=status.phase=Running', '--output=name']);
  return output.split('\n').filter(Boolean).length;
}
