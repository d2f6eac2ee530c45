import { conflict } from '@svckit/chassis';
import { type Database, isViolation, sql } from '@svckit/chassis/postgres';
import type { components } from '../api.ts';

export type User = components['schemas']['User'];

/**
 * Adds a user under an id that is known already, or changes the one who has it.
 * @throws Problem 409 where another user has that mail address
 */
export async function putUser(db: Database, { id, name, email, addresses }: User): Promise<User> {
  const values = sql`${id}, ${name}, ${email.toLowerCase()}, ${JSON.stringify(addresses)}`;
  const [user] = await db
    .query<User>(
      sql`
      INSERT INTO users (id, name, email, addresses) VALUES (${values})
      ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email, addresses = excluded.addresses
      RETURNING ${columns}`,
    )
    .catch(taken);
  return user as User;
}

export function findUser(db: Database, id: string): Promise<User | undefined> {
  return db.first(sql`SELECT ${columns} FROM users WHERE id = ${id}`);
}

const columns = sql`id, name, email, addresses`;

function taken(error: unknown): never {
  throw isViolation(error, 'one_user_for_a_mail_address') ? conflict('Another user has this mail address') : error;
}
