import { randomUUID } from 'node:crypto';
import type { startApp } from './app.ts';

export type App = Awaited<ReturnType<typeof startApp>>;

/** A product of which so many units were delivered. */
export async function stocked(app: App, quantity: number): Promise<string> {
  const product = randomUUID();
  await app.send('PUT', `/inventory/${product}/deliveries/${randomUUID()}`, { quantity });
  return product;
}
