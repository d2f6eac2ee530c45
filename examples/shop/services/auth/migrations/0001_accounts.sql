CREATE TABLE accounts (
  id uuid PRIMARY KEY,
  email text NOT NULL CONSTRAINT one_account_for_a_mail_address UNIQUE,
  password text NOT NULL, -- a hash that says how it was made
  scopes text[] NOT NULL DEFAULT '{}'
);

-- Counted by mail address, whether or not there is such an account: the answer must not tell.
CREATE TABLE attempts (
  email text PRIMARY KEY,
  count integer NOT NULL,
  since timestamptz NOT NULL
);
CREATE INDEX attempts_to_forget ON attempts (since);

CREATE TABLE api_keys (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES accounts,
  name text NOT NULL,
  digest bytea NOT NULL UNIQUE, -- SHA-256: the key is random, and known to its owner alone
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX api_keys_of_account ON api_keys (account_id, id);

CREATE TABLE signing_keys (
  id text PRIMARY KEY,
  private_key jsonb NOT NULL,
  signs_from timestamptz NOT NULL -- published before it signs, so that whoever checks tokens knows it by then
);
