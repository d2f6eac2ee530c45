import { conflict, Problem } from '@svckit/chassis';

export interface Line {
  readonly productId: string;
  readonly quantity: number;
}

/** A cart as it is kept. One that nobody put anything into has version 0. */
export interface Cart {
  readonly version: number;
  readonly lines: readonly Line[];
}

/** Where carts are kept: no more than any store with a compare-and-set can do. */
export interface CartStore {
  read(userId: string): Promise<Cart>;
  /** Replaces the lines of a cart that still has this version, and gives it the next one. False where it has another. */
  replace(userId: string, cart: Cart): Promise<boolean>;
}

export type Change = (lines: readonly Line[]) => readonly Line[];

const MOST_LINES = 100;
const MOST_ROUNDS = 50;

/** So many of a product, whatever there was of it. */
export function put({ productId, quantity }: Line): Change {
  return (lines) => {
    const isThere = lines.some((line) => line.productId === productId);
    if (isThere) return lines.map((line) => (line.productId === productId ? { ...line, quantity } : line));
    if (lines.length >= MOST_LINES) throw conflict(`A cart takes ${MOST_LINES} products`);
    return [...lines, { productId, quantity }];
  };
}

/** None of a product. */
export function remove(product: string): Change {
  return (lines) => lines.filter(({ productId }) => productId !== product);
}

/** None of anything. */
export const empty: Change = () => [];

interface Wish {
  readonly change: Change;
  /** The version that was looked at; any where it is undefined. */
  readonly version?: number | undefined;
}

/**
 * Changes the cart of a user, again where somebody else was faster: each round that fails is one that another won.
 * @throws Problem 412 where it is no longer the version that was looked at
 */
export async function changeCart(store: CartStore, userId: string, { change, version }: Wish): Promise<Cart> {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const cart = await store.read(userId);
    if (version !== undefined && version !== cart.version) throw changed();
    const lines = change(cart.lines);
    if (JSON.stringify(lines) === JSON.stringify(cart.lines)) return cart;
    if (await store.replace(userId, { version: cart.version, lines })) return { version: cart.version + 1, lines };
  }
  throw conflict('The cart is changed by too many at once');
}

function changed(): Problem {
  return new Problem({ status: 412, detail: 'The cart has changed since: look at it again' });
}
