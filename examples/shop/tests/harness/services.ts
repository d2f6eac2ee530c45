import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the shop. */
export const SHOP = join(import.meta.dirname, '../..');

/** What it takes to sell: everything that has a part in an order. */
export const CORE = ['users', 'products', 'bank', 'inventory', 'promotions', 'payments', 'orders'] as const;

export type ServiceName = (typeof CORE)[number];

/** Whom each service calls, and by which variable it is told where that is. */
export const CALLS: Readonly<Record<ServiceName, readonly ServiceName[]>> = {
  users: [],
  products: [],
  bank: [],
  inventory: [],
  promotions: [],
  payments: ['bank'],
  orders: ['users', 'products', 'inventory', 'promotions', 'payments'],
};

/** Of these crash points each service that has a part in events passes some. */
export const HAS_EVENTS: ReadonlySet<ServiceName> = new Set(['products', 'inventory', 'promotions', 'payments', 'orders']);

export const folderOf = (service: ServiceName | 'gateway'): string => join(SHOP, 'services', service);

/** A script of a service's package.json. */
export function scriptOf(service: ServiceName | 'gateway', name: string): string {
  const { scripts } = JSON.parse(readFileSync(join(folderOf(service), 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  return scripts[name] ?? '';
}
