import { describe, expect, it } from 'vitest';
import { notExpandOnly } from './expand-only.ts';

describe('a migration that only adds', () => {
  it.each([
    'CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL UNIQUE); CREATE UNIQUE INDEX ON users (email);',
    'ALTER TABLE users ADD COLUMN name text, ADD age int NOT NULL DEFAULT 0;',
    'CREATE TABLE a (x int); ALTER TABLE a ALTER x SET NOT NULL; UPDATE a SET x = 1;',
    'CREATE INDEX CONCURRENTLY i ON users (name); DROP INDEX IF EXISTS old;',
    "INSERT INTO kinds VALUES ('DROP TABLE users; it''s text'), (E'\\'; DROP TABLE users');",
    '-- DROP TABLE users;\n/* DROP /* TABLE */ users; */ SELECT 1;',
    'CREATE FUNCTION f() RETURNS void AS $body$ BEGIN DELETE FROM users; END $body$ LANGUAGE plpgsql;',
    'ALTER TABLE users ALTER COLUMN name DROP NOT NULL, ALTER name SET DEFAULT $$x$$;',
    "ALTER TYPE kind ADD VALUE 'new';",
    '-- migrate:up\nALTER TABLE users ADD x int;\n-- migrate:down\nALTER TABLE users DROP x;',
    '-- svckit: expand-only because nothing reads it since 1.4\nALTER TABLE users DROP COLUMN email;',
  ])('%s', (sql) => expect(notExpandOnly(sql)).toEqual([]));
});

describe('a migration that the version before may not bear', () => {
  it.each([
    ['DROP TABLE IF EXISTS public.users CASCADE;', 'takes away public.users'],
    ['ALTER TABLE ONLY users DROP COLUMN IF EXISTS email;', 'takes away users.email'],
    ['alter table "Users" drop "eMail"', 'takes away Users.eMail'],
    ['ALTER TABLE users RENAME COLUMN email TO mail;', 'renames users.email'],
    ['ALTER TABLE users RENAME TO people;', 'renames users'],
    ['ALTER TABLE users ALTER COLUMN age TYPE bigint USING age::bigint;', 'changes the type of users.age'],
    ['ALTER TABLE users ALTER age SET DATA TYPE numeric(10, 2);', 'changes the type of users.age'],
    ['ALTER TABLE users ALTER age SET NOT NULL;', 'demands users.age, which the version before may leave empty'],
    ['ALTER TABLE users ADD COLUMN age int NOT NULL;', 'demands users.age, which the version before does not write'],
    ['ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID;', 'demands more of users'],
    ['ALTER TABLE users DROP CONSTRAINT c;', 'takes away the constraint c of users'],
    ['CREATE UNIQUE INDEX CONCURRENTLY i ON users (email);', 'demands unique values in users'],
    ["UPDATE users SET email = '';", 'changes rows of users'],
    ['DELETE FROM users;', 'takes away rows of users'],
    ['TRUNCATE TABLE users;', 'empties users'],
    ['ALTER VIEW v RENAME TO w;', 'renames v'],
    ["DO $$ BEGIN EXECUTE 'DROP TABLE users'; END $$;", 'runs code that svc cannot look into'],
    ['-- svckit: expand-only because\nDROP TABLE users;', 'takes away users'],
  ])('%s', (sql, does) => expect(notExpandOnly(sql)).toEqual([does]));

  it('is told with all that it does', () => {
    expect(notExpandOnly('ALTER TABLE users ADD x int, DROP a, RENAME b TO c; DROP VIEW v;')).toEqual([
      'takes away users.a',
      'renames users.b',
      'takes away v',
    ]);
  });
});
