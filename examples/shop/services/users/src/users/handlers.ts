import { created, type Handlers, notFound, ok } from '@svckit/chassis';
import { v7 as risingId } from 'uuid';
import type { operations } from '../api.ts';
import type { Needs } from '../needs.ts';
import { findUser, putUser } from './store.ts';

export function userHandlers({ db }: Needs): Handlers<operations> {
  return {
    async createUser({ body: { name, email, addresses = [] } }) {
      const user = await putUser(db, { id: risingId(), name, email, addresses });
      return created(user, { location: `/users/${user.id}` });
    },

    async getUser({ params: { userId }, headers: { 'X-User-ID': caller } }) {
      onlyOneself(userId, caller);
      const user = await findUser(db, userId);
      if (!user) throw notFound('User not found');
      return ok(user);
    },

    async putUser({ params: { userId }, headers: { 'X-User-ID': caller }, body: { name, email, addresses = [] } }) {
      onlyOneself(userId, caller);
      return ok(await putUser(db, { id: userId, name, email, addresses }));
    },
  };
}

/**
 * The gateway says on each of its routes who asks; where nobody is named, another service asks.
 * @throws Problem 404 where it is another user, who learns nothing of this one
 */
function onlyOneself(userId: string, caller: string | undefined): void {
  if (caller !== undefined && caller !== userId.toLowerCase()) throw notFound('User not found');
}
