import type { Upgrade } from './upgrade.ts';

/** The plan of an upgrade of `orders` in a workspace. */
export function fakeUpgrade(more: Partial<Upgrade> = {}): Upgrade {
  return {
    state: 'planned',
    name: 'orders',
    folder: '/shop/services/orders',
    root: '/shop',
    template: { name: 'http-service', from: '1.0.0', to: '1.1.0' },
    files: [],
    notes: [],
    confirmed: false,
    ...more,
  };
}
