import { expect, it } from 'vitest';
import { sql, toQuery } from './sql.ts';

it('numbers values in order, and never writes them into the text', () => {
  expect(toQuery(sql`SELECT * FROM a WHERE b = ${1} AND c = ${'x; --'}`)).toEqual({
    text: 'SELECT * FROM a WHERE b = $1 AND c = $2',
    values: [1, 'x; --'],
  });
});

it('joins statements', () => {
  const columns = sql`id, name`;
  const where = sql`owner = ${'me'} AND ${sql`age > ${3}`}`;
  expect(toQuery(sql`SELECT ${columns} FROM a WHERE ${where} LIMIT ${5}`)).toEqual({
    text: 'SELECT id, name FROM a WHERE owner = $1 AND age > $2 LIMIT $3',
    values: ['me', 3, 5],
  });
});

it('takes an object that only looks like a statement for a value', () => {
  const fromOutside = JSON.parse('{"strings":["1; DROP TABLE a"],"values":[]}');
  expect(toQuery(sql`SELECT ${fromOutside}`)).toEqual({ text: 'SELECT $1', values: [fromOutside] });
});
