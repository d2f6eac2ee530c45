import type { Line } from '../stock/stock.ts';

/** One line for each product, in the order of the products: two lines of one product are one of both. */
export function totalled(lines: readonly Line[]): Line[] {
  const totals = new Map<string, number>();
  for (const { productId, quantity } of lines) {
    const id = productId.toLowerCase(); // as the database writes it
    totals.set(id, (totals.get(id) ?? 0) + quantity);
  }
  return [...totals].map(([productId, quantity]) => ({ productId, quantity })).toSorted(byProduct);
}

function byProduct(left: Line, right: Line): number {
  return left.productId < right.productId ? -1 : 1;
}
