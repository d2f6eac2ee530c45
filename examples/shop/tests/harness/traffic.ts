import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../../checker/history.ts';
import { buy, grantPoints, type History, newCoupon, newProduct, newUser, rename, type Wish } from './buyer.ts';
import type { Shop } from './shop.ts';

/** What orders are made of. */
export interface Goods {
  readonly userId: string;
  readonly coupon: string;
  readonly plenty: string;
  readonly scarce: string;
  readonly renamed: string;
}

/** Goods for thousands of orders. */
export async function stockUp(shop: Shop): Promise<Goods> {
  const userId = await newUser(shop);
  await grantPoints(shop, userId, 1_000_000);
  const [coupon, plenty, scarce, renamed] = await Promise.all([
    newCoupon(shop, 100_000),
    newProduct(shop, 1_000_000),
    newProduct(shop, 1),
    newProduct(shop, 0),
  ]);
  return { userId, coupon, plenty, scarce, renamed };
}

export type Situation = 'good' | 'payment fails' | 'out of stock';

const WISHES: Readonly<Record<Situation, (goods: Goods) => Wish>> = {
  good: ({ plenty, coupon }) => ({ items: [{ productId: plenty, quantity: 2 }], card: 'card-good', coupon, points: 10 }),
  'payment fails': ({ plenty, coupon }) => ({ items: [{ productId: plenty, quantity: 1 }], card: 'card-declined', coupon, points: 5 }),
  'out of stock': ({ plenty, scarce, coupon }) => ({
    items: [plenty, scarce].map((productId) => ({ productId, quantity: 3 })),
    card: 'card-good',
    coupon,
  }),
};

/** Places an order for each situation at the same time, and has a product change its name. Returns what the buyers were told. */
export async function oneOfEach(shop: Shop, goods: Goods, history: History): Promise<Readonly<Record<Situation, Answer | undefined>>> {
  const situations = Object.entries(WISHES).map(async ([situation, wish]) => {
    const answer = await buy(shop, { userId: goods.userId, wish: wish(goods) }, history);
    return [situation, answer] as const;
  });
  const renaming = renameTwice(shop, goods.renamed);
  const answers = Object.fromEntries(await Promise.all(situations)) as Record<Situation, Answer | undefined>;
  await renaming;
  return answers;
}

let names = 0;

async function renameTwice(shop: Shop, productId: string): Promise<void> {
  for (let left = 2; left > 0; ) {
    const done = await rename(shop, productId, `Cup ${++names}`).then(
      () => true,
      () => false,
    );
    if (done) left--;
    await sleep(100);
  }
}
