import { describe, expect, it } from 'vitest';
import { followMoves } from '../answer-moves.ts';
import { manifestText } from '../fake-template.ts';
import { inputMovesOf } from './input-moves.ts';
import { readManifest } from './read.ts';

const complaints = (svckit: string) => readManifest(manifestText({ svckit })).complaints.map(({ line, message }) => `${line}: ${message}`);

describe('the manifest', () => {
  it('takes renames, chains of them, and removals', () => {
    const moves =
      '[{ in: 0.9.0, from: db, to: store }, { in: 1.0.0, from: store, to: database, values: { pg: postgres } }, { in: 1.0.0, removed: x }]';
    expect(complaints(`    inputs: ${moves}`)).toEqual([]);
  });

  it.each([
    ['a name that leads nowhere', '{ in: 1.0.0, from: a, to: b }', '"b" is no input of this template'],
    ['a circle', '{ in: 1.0.0, from: a, to: b }\n      - { in: 1.0.0, from: b, to: a }', 'a → b → a is a circle'],
    ['an input that is still there', '{ in: 1.0.0, from: port, to: database }', '"port" is still an input'],
    ['an input that is removed and still there', '{ in: 1.0.0, removed: port }', '"port" is still an input'],
    ['a version that is not reached', '{ in: 1.1.0, removed: a }', 'it is for 1.1.0, and this is 1.0.0'],
    ['a name that is moved twice', '{ in: 0.9.0, from: a, to: port }\n      - { in: 1.0.0, removed: a }', '"a" is moved or removed twice'],
    [
      'a name that was given up before',
      '{ in: 1.0.0, from: a, to: b }\n      - { in: 0.9.0, from: b, to: port }',
      '"b" was given up in 0.9.0',
    ],
    ['a secret', '{ in: 1.0.0, from: a, to: token }', '"token" is a secret'],
    [
      'a value that its input does not take',
      '{ in: 1.0.0, from: a, to: database, values: { pg: mysql } }',
      '"database" must be one of none, postgres',
    ],
  ])('refuses %s, with its line', (_, moves, message) => {
    const [first = ''] = complaints(`    inputs:\n      - ${moves}`);
    expect(first).toContain(message);
    expect(Number(first.split(':')[0])).toBeGreaterThan(18);
  });

  it.each([
    ['an input that is not there', '{ title: A, set: { x: y } }', '"x" is no input of this template'],
    ['a value that is not allowed', '{ title: A, set: { database: mysql } }', '"database" must be one of none, postgres'],
    ['a secret', '{ title: A, set: { token: x } }', '"token" is a secret'],
    ['something appended to no list', '{ title: A, append: port }', '"port" is no list'],
    ['something appended to nothing', '{ title: A, append: x }', '"x" is no input'],
  ])('refuses a capability with %s', (_, capability, message) => {
    expect(complaints(`    capabilities:\n      more: ${capability}`).join()).toContain(message);
  });

  it('refuses a capability that both sets and appends', () => {
    expect(complaints('    capabilities: { a: { title: A, set: { port: 1 }, append: calls } }').join()).toContain('either set or append');
  });
});

describe('answers', () => {
  const moves = inputMovesOf([
    { in: '3.0.0', from: 'store', to: 'database' },
    { in: '2.0.0', from: 'db', to: 'store', values: { pg: 'postgres', many: 2 } },
    { in: '3.0.0', removed: 'legacy' },
  ]);

  it('follow their inputs through versions, and what is dropped is told', () => {
    expect(followMoves({ name: 'orders', db: 'pg', legacy: true }, moves)).toEqual({
      answers: { name: 'orders', database: 'postgres' },
      notes: [
        'The answer db: pg is store: postgres since 2.0.0',
        'The answer store: postgres is database: postgres since 3.0.0',
        'The answer legacy: true is dropped: the template does not ask for it any more',
      ],
    });
  });

  it('have each item of a list looked up, and stay where no move names them', () => {
    expect(followMoves({ db: ['pg', 'x'], __proto__: 1 }, moves).answers).toEqual({ database: ['postgres', 'x'] });
    expect(followMoves({ name: 'orders' }, moves)).toEqual({ answers: { name: 'orders' }, notes: [] });
  });
});
