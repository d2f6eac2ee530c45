import { conflict } from '@svckit/chassis';
import { type Database, isViolation, sql } from '@svckit/chassis/postgres';
import type { components } from '../api.ts';

export type User = components['schemas']['User'];

/** @throws Problem 409 where another user has that mail address */
export async function addUser(db: Database, user: User): Promise<User> {
  const { id, name } = user;
  const values = sql`${id}, ${name}, ${user.email.toLowerCase()}, ${JSON.stringify(user.addresses)}`;
  const [added] = await db
    .query<User>(sql`INSERT INTO users (id, name, email, addresses) VALUES (${values}) RETURNING ${columns}`)
    .catch(taken);
  return added as User;
}

/**
 * Undefined where there is no such user.
 * @throws Problem 409 where another user has that mail address
 */
export function changeUser(db: Database, { id, name, email, addresses }: User): Promise<User | undefined> {
  return db
    .first<User>(
      sql`
      UPDATE users SET name = ${name}, email = ${email.toLowerCase()}, addresses = ${JSON.stringify(addresses)}
      WHERE id = ${id} RETURNING ${columns}`,
    )
    .catch(taken);
}

export function findUser(db: Database, id: string): Promise<User | undefined> {
  return db.first(sql`SELECT ${columns} FROM users WHERE id = ${id}`);
}

const columns = sql`id, name, email, addresses`;

function taken(error: unknown): never {
  throw isViolation(error, 'one_user_for_a_mail_address') ? conflict('Another user has this mail address') : error;
}
