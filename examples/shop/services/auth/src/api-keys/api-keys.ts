import { createHash, randomBytes } from 'node:crypto';
import { type Queryable, sql } from '@svckit/chassis/postgres';
import { v7 as risingId } from 'uuid';
import type { Account } from '../accounts/accounts.ts';
import type { components } from '../api.ts';

type ApiKey = components['schemas']['ApiKey'];
type NewApiKey = components['schemas']['NewApiKey'];

/** Makes a key; this answer alone holds it, as nobody keeps more than its digest. */
export async function makeApiKey(db: Queryable, accountId: string, name: string): Promise<NewApiKey> {
  const [id, key, createdAt] = [risingId(), `shop_${randomBytes(32).toString('base64url')}`, new Date()];
  const values = sql`${id}, ${accountId}, ${name}, ${digestOf(key)}, ${createdAt}`;
  await db.execute(sql`INSERT INTO api_keys (id, account_id, name, digest, created_at) VALUES (${values})`);
  return { id, name, key, createdAt: createdAt.toISOString() };
}

/** The keys of an account, the newest first. */
export async function apiKeysOf(db: Queryable, accountId: string): Promise<ApiKey[]> {
  const rows = await db.query<Omit<ApiKey, 'createdAt'> & { readonly createdAt: Date }>(sql`
    SELECT id, name, created_at AS "createdAt" FROM api_keys WHERE account_id = ${accountId} ORDER BY id DESC`);
  return rows.map((row) => ({ ...row, createdAt: row.createdAt.toISOString() }));
}

/** False where the account has no such key. */
export async function withdrawApiKey(db: Queryable, accountId: string, id: string): Promise<boolean> {
  const withdrawn = await db.execute(sql`DELETE FROM api_keys WHERE id = ${id} AND account_id = ${accountId}`);
  return withdrawn > 0;
}

/** Whose key it is; undefined where it is nobody's. */
export function accountOfApiKey(db: Queryable, key: string): Promise<Account | undefined> {
  return db.first(sql`
    SELECT accounts.id, email, scopes FROM api_keys JOIN accounts ON accounts.id = account_id
    WHERE digest = ${digestOf(key)}`);
}

/** A key is random, so that a plain digest gives nothing away. */
function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
