import { expect, test } from 'vitest';
import { type Cart, type CartStore, changeCart, empty, put, remove } from './cart.ts';

/** A store in memory; `before` is what another does between a read and the replace after it. */
function memory(before: (round: number) => Cart | undefined = () => undefined): CartStore {
  let cart: Cart = { version: 0, lines: [] };
  let round = 0;
  return {
    read: async () => cart,
    async replace(_userId, { version, lines }) {
      cart = before(round++) ?? cart;
      if (version !== cart.version) return false;
      cart = { version: version + 1, lines };
      return true;
    },
  };
}

const tea = { productId: 'tea', quantity: 2 };
const milk = { productId: 'milk', quantity: 1 };

test('a product has one line, which keeps its place when the quantity changes', () => {
  expect(put({ ...tea, quantity: 5 })([tea, milk])).toEqual([{ ...tea, quantity: 5 }, milk]);
  expect(put(milk)([tea])).toEqual([tea, milk]);
  expect(remove('tea')([tea, milk])).toEqual([milk]);
});

test('a cart takes a hundred products, and those that are in it may still change', () => {
  const full = [...Array(100)].map((_, index) => ({ productId: String(index), quantity: 1 }));
  expect(() => put(tea)(full)).toThrow('A cart takes 100 products');
  expect(put({ productId: '7', quantity: 2 })(full)[7]).toEqual({ productId: '7', quantity: 2 });
});

test('a change that another was faster than is made on top of theirs', async () => {
  const store = memory((round) => (round === 0 ? { version: 1, lines: [milk] } : undefined));
  expect(await changeCart(store, 'ada', { change: put(tea) })).toEqual({ version: 2, lines: [milk, tea] });
});

test('a change of a version that was looked at is not made on top of another', async () => {
  const store = memory((round) => (round === 0 ? { version: 1, lines: [milk] } : undefined));
  await expect(changeCart(store, 'ada', { change: put(tea), version: 0 })).rejects.toMatchObject({ status: 412 });
  expect(await store.read('ada')).toEqual({ version: 1, lines: [milk] });
});

test('what changes nothing makes no new version', async () => {
  const store = memory();
  await changeCart(store, 'ada', { change: put(tea) });
  for (const change of [put(tea), remove('milk')]) {
    expect(await changeCart(store, 'ada', { change })).toEqual({ version: 1, lines: [tea] });
  }
  expect(await changeCart(store, 'ada', { change: empty })).toEqual({ version: 2, lines: [] });
});
