import { type Database, type Queryable, sql } from '@svckit/chassis/postgres';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import type { components } from '../api.ts';
import { inUse, type KeyTimes, type RotationRules, rotation } from './rotation.ts';

type KeySet = components['schemas']['KeySet'];

export const ALGORITHM = 'ES256';

export interface SigningKey extends KeyTimes {
  readonly privateKey: JWK;
}

/** All keys whose tokens may be about, and the next one; at the very first start one is made. */
export async function signingKeys(db: Database, rules: RotationRules): Promise<readonly SigningKey[]> {
  const keys = await stored(db);
  if (keys.length > 0) return keys;
  await rotateKeys(db, rules);
  return stored(db);
}

/** The key that signs now. */
export async function signingKey(db: Database, rules: RotationRules): Promise<SigningKey> {
  const [key] = inUse(await signingKeys(db, rules), new Date());
  if (!key) throw new Error('None of the keys signs yet');
  return key;
}

/** What may be known of the keys: nobody can sign with it. */
export function keySet(keys: readonly SigningKey[]): KeySet {
  return { keys: keys.map(({ id, privateKey: { x = '', y = '' } }) => ({ ...PUBLIC, x, y, kid: id })) };
}

const PUBLIC = { kty: 'EC', crv: 'P-256', alg: ALGORITHM, use: 'sig' } as const;

/** Adds the next key when its time has come, and drops those whose tokens have expired. */
export async function rotateKeys(db: Database, rules: RotationRules): Promise<boolean> {
  await db.transaction(async (tx) => {
    // One at a time: two first keys would be one too many.
    await tx.execute(sql`LOCK TABLE signing_keys IN SHARE ROW EXCLUSIVE MODE`);
    const { add, drop } = rotation(await stored(tx), new Date(), rules);
    if (add) await addKey(tx, add);
    await tx.execute(sql`DELETE FROM signing_keys WHERE id = ANY(${drop})`);
  });
  return false;
}

async function addKey(db: Queryable, signsFrom: Date): Promise<void> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const key = await exportJWK(privateKey);
  await db.execute(sql`
    INSERT INTO signing_keys (id, private_key, signs_from)
    VALUES (${await calculateJwkThumbprint(key)}, ${JSON.stringify(key)}, ${signsFrom})`);
}

function stored(db: Queryable): Promise<SigningKey[]> {
  return db.query(sql`
    SELECT id, private_key AS "privateKey", signs_from AS "signsFrom" FROM signing_keys ORDER BY signs_from`);
}
