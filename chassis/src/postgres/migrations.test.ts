import { expect, it } from 'vitest';
import { migration, pending } from './migrations.ts';

const one = migration('0001_a.sql', 'CREATE TABLE a ();');
const two = migration('0002_b.sql', 'CREATE TABLE b ();');
const three = migration('0003_c.sql', 'CREATE TABLE c ();');

it('applies what the database does not know yet', () => {
  expect(pending([one, two], [one])).toEqual([two]);
  expect(pending([one, two], [one, two])).toEqual([]);
});

it('lets an older version run on a newer schema', () => {
  expect(pending([one], [one, two])).toEqual([]);
});

it('refuses a migration that has changed, and one that comes before an applied one', () => {
  expect(() => pending([migration('0001_a.sql', 'DROP TABLE a;')], [one])).toThrow('0001_a.sql has changed');
  expect(() => pending([one, two, three], [one, three])).toThrow('0002_b.sql comes too late: 0003_c.sql was applied before it');
});

it('does not mind other line ends', () => {
  expect(migration('0001_a.sql', 'a\r\nb\r\n').checksum).toBe(migration('0001_a.sql', 'a\nb\n').checksum);
});
