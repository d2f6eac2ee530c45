import { conflict } from '@svckit/chassis';
import { isViolation, type Queryable, sql } from '@svckit/chassis/postgres';
import type { components } from '../api.ts';

export type Account = components['schemas']['Account'];

export interface StoredAccount extends Account {
  readonly password: string;
}

/** @throws Problem 409 where the mail address has an account */
export async function addAccount(db: Queryable, { id, email, password }: StoredAccount): Promise<void> {
  await db.execute(sql`INSERT INTO accounts (id, email, password) VALUES (${id}, ${email}, ${password})`).catch(taken);
}

function taken(error: unknown): never {
  throw isViolation(error, 'one_account_for_a_mail_address') ? conflict('This mail address has an account') : error;
}

export function findByEmail(db: Queryable, email: string): Promise<StoredAccount | undefined> {
  return db.first(sql`SELECT id, email, scopes, password FROM accounts WHERE email = ${email}`);
}

/** Undefined where there is no such account. */
export function setScopes(db: Queryable, id: string, scopes: readonly string[]): Promise<Account | undefined> {
  return db.first(sql`UPDATE accounts SET scopes = ${scopes} WHERE id = ${id} RETURNING id, email, scopes`);
}
