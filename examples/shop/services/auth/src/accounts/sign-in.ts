import type { Database } from '@svckit/chassis/postgres';
import type { components } from '../api.ts';
import { type Account, findByEmail } from './accounts.ts';
import { countAttempt, forgetAttempts } from './attempts.ts';
import type { Passwords } from './password.ts';

type Credentials = components['schemas']['Credentials'];

interface SignInParts {
  readonly db: Database;
  readonly passwords: Passwords;
}

/**
 * The account that a mail address and its password open; undefined where they open none. Whether the address or the
 * password was wrong shows neither in the answer nor in its time.
 * @throws Problem 429 where there were too many attempts
 */
export async function signIn(
  { db, passwords }: SignInParts,
  { email, password }: Credentials,
): Promise<Account | undefined> {
  const address = email.toLowerCase();
  await countAttempt(db, address);
  const account = await findByEmail(db, address);
  if (!(await passwords.matches(password, account?.password))) return undefined;
  await forgetAttempts(db, address);
  return account;
}
