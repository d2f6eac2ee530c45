import { created, type Handlers, notFound, ok } from '@svckit/chassis';
import { v7 as risingId } from 'uuid';
import type { operations } from '../api.ts';
import type { Needs } from '../needs.ts';
import { addUser, changeUser, findUser, type User } from './store.ts';

export function userHandlers({ db }: Needs): Handlers<operations> {
  return {
    async createUser({ body: { name, email, addresses = [] } }) {
      const user = await addUser(db, { id: risingId(), name, email, addresses });
      return created(user, { location: `/users/${user.id}` });
    },

    async getUser({ params: { userId } }) {
      return ok(existing(await findUser(db, userId)));
    },

    async changeUser({ params: { userId }, body: { name, email, addresses = [] } }) {
      return ok(existing(await changeUser(db, { id: userId, name, email, addresses })));
    },
  };
}

function existing(user: User | undefined): User {
  if (!user) throw notFound('User not found');
  return user;
}
