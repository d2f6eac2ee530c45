import { notFound } from '@svckit/chassis';
import { path, UpstreamError } from '@svckit/chassis/http-client';
import { v7 as risingId } from 'uuid';
import type { Needs } from '../needs.ts';
import { copiesOf } from '../products/copies.ts';
import { linesOf, type Placed, type Product, totalOf, type Wish } from './order.ts';

/**
 * The order that a wish is, once its user and its products are found.
 * @throws Problem 404 where one is not
 */
export async function lookUp(needs: Needs, userId: string, wish: Wish): Promise<Placed> {
  const ids = [...new Set(wish.items.map(({ productId }) => productId.toLowerCase()))];
  const [user, products] = await Promise.all([needs.users.find(path`/users/${userId}`), productsOf(needs, ids)]);
  if (!user) throw notFound('User not found');
  const lines = linesOf(wish, products);
  if (!lines) throw notFound('Product not found');
  const { items: _, ...rest } = wish;
  return { id: risingId(), userId, lines, total: totalOf(lines), ...rest };
}

/** Asks who keeps the prices. While nobody answers, an order is taken at those that are known. */
async function productsOf({ products, db }: Needs, ids: readonly string[]): Promise<readonly Product[]> {
  try {
    return (await products.get<{ items: Product[] }>('/products', { query: { ids: ids.join(',') } })).items;
  } catch (error) {
    if (error instanceof UpstreamError) return copiesOf(db, ids);
    throw error;
  }
}
