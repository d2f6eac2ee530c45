import { created, type Handlers, noContent, notFound, ok, unauthorized } from '@svckit/chassis';
import type { Database } from '@svckit/chassis/postgres';
import { v7 as risingId } from 'uuid';
import { type Account, addAccount, setScopes } from './accounts/accounts.ts';
import type { Passwords } from './accounts/password.ts';
import { signIn } from './accounts/sign-in.ts';
import { accountOfApiKey, apiKeysOf, makeApiKey, withdrawApiKey } from './api-keys/api-keys.ts';
import type { operations } from './api.ts';
import { keySet, signingKeys } from './keys/store.ts';
import { makeToken, type TokenRules } from './keys/tokens.ts';

export interface Parts {
  readonly db: Database;
  readonly passwords: Passwords;
  readonly rules: TokenRules;
}

export function handlers({ db, passwords, rules }: Parts): Handlers<operations> {
  return {
    async openAccount({ body: { email, password } }) {
      const account = { id: risingId(), email: email.toLowerCase(), scopes: [] };
      await addAccount(db, { ...account, password: await passwords.hash(password) });
      return created(account);
    },

    async grantScopes({ params: { accountId }, body: { scopes } }) {
      return ok(existing(await setScopes(db, accountId, scopes)));
    },

    async makeToken({ body }) {
      const account = 'apiKey' in body ? await accountOfApiKey(db, body.apiKey) : await signIn({ db, passwords }, body);
      if (!account) throw unauthorized('The mail address or the password is wrong, or the key is');
      return ok(await makeToken(db, account, rules), { 'cache-control': 'no-store' });
    },

    async listApiKeys({ headers: { 'X-User-ID': userId } }) {
      return ok({ items: await apiKeysOf(db, userId) });
    },

    async makeApiKey({ headers: { 'X-User-ID': userId }, body: { name } }) {
      return created(await makeApiKey(db, userId, name));
    },

    async withdrawApiKey({ headers: { 'X-User-ID': userId }, params: { keyId } }) {
      if (!(await withdrawApiKey(db, userId, keyId))) throw notFound('API key not found');
      return noContent();
    },

    async getKeySet() {
      return ok(keySet(await signingKeys(db, rules)));
    },
  };
}

function existing(account: Account | undefined): Account {
  if (!account) throw notFound('Account not found');
  return account;
}
