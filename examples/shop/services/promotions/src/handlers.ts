import { type Handlers, notFound, ok } from '@svckit/chassis';
import type { operations } from './api.ts';
import { issue } from './holds/coupons.ts';
import { hold, holdOf, release, spend } from './holds/holds.ts';
import { balanceOf, enter } from './holds/points.ts';
import type { Needs } from './needs.ts';

export function handlers({ db }: Needs): Handlers<operations> {
  return {
    async issueCoupon({ params: { code }, body: { discount, uses } }) {
      return ok(await issue(db, { code, discount, usesLeft: uses }));
    },

    async getPoints({ params: { userId } }) {
      return ok({ userId, points: await balanceOf(db, userId) });
    },

    async grantPoints({ params: { userId, grantId }, body: { points } }) {
      await db.transaction((tx) => enter(tx, { userId, reason: 'granted', reference: grantId, change: points }));
      return ok({ userId, points: await balanceOf(db, userId) });
    },

    async getHold({ params: { orderId } }) {
      const found = await holdOf(db, orderId);
      if (!found) throw notFound('Hold not found');
      return ok(found);
    },

    async hold({ params: { orderId }, body }) {
      return ok(await db.transaction((tx) => hold(tx, orderId, body)));
    },

    async release({ params: { orderId } }) {
      return ok(await db.transaction((tx) => release(tx, orderId)));
    },

    async spend({ params: { orderId } }) {
      return ok(await db.transaction((tx) => spend(tx, orderId)));
    },
  };
}
