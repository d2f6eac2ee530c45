import type { components } from '../api.ts';

export type Order = components['schemas']['Order'];
export type Wish = components['schemas']['Wish'];

/** What an order asks for of a product, at the price that was agreed. */
export interface Line {
  readonly productId: string;
  readonly name: string;
  readonly price: number;
  readonly quantity: number;
}

/** An order as it is taken. */
export interface Placed {
  readonly id: string;
  readonly userId: string;
  readonly lines: readonly Line[];
  /** What its lines cost. */
  readonly total: number;
  readonly coupon?: string;
  readonly points?: number;
  readonly card: string;
}

/** A product as others know it. */
export interface Product {
  readonly id: string;
  readonly name: string;
  readonly price: number;
}

/**
 * The lines of a wish, one for each product, at the prices of the shop; undefined where there is no such product. A wish names no
 * prices: whoever buys has no say in them.
 */
export function linesOf({ items }: Wish, products: readonly Product[]): readonly Line[] | undefined {
  const quantities = new Map<string, number>();
  for (const { productId, quantity } of items) {
    const id = productId.toLowerCase();
    quantities.set(id, (quantities.get(id) ?? 0) + quantity);
  }
  const known = new Map(products.map((product) => [product.id, product]));
  const lines = [...quantities].flatMap(([productId, quantity]) => {
    const product = known.get(productId);
    return product ? [{ productId, name: product.name, price: product.price, quantity }] : [];
  });
  return lines.length === quantities.size ? lines : undefined;
}

/** What lines cost together, in minor units. */
export function totalOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
}
