import { expect, it } from 'vitest';
import { breakingChanges } from './additive.ts';
import { parseEventContract } from './contract.ts';

type Direction = 'send' | 'receive';

/** The contract of a service with one event whose data has this schema. */
function contract(payload: object, action: Direction = 'send', address = 'orders') {
  const channels = { orders: { address, messages: { ORDER: { payload } } } };
  const operations = { one: { action, channel: { $ref: '#/channels/orders' } } };
  return parseEventContract(
    JSON.stringify({ asyncapi: '3.0.0', channels, operations, components: { schemas: { Money: { type: 'integer' } } } }),
  );
}

const compare = (before: object, after: object, action: Direction = 'send') =>
  breakingChanges(contract(before, action), contract(after, action)).map(({ path, message }) => `${path} ${message}`);

const id = { type: 'string' };
const object = (properties: object, required: readonly string[] = []) => ({ type: 'object', properties, required });

it.each([
  ['an optional member more', object({ id }), object({ id, note: id })],
  ['a required member more', object({ id }), object({ id, note: id }, ['note'])],
  ['a member that is always there now', object({ id }), object({ id }, ['id'])],
  ['tighter limits', { type: 'string', maxLength: 20 }, { type: 'string', maxLength: 10, minLength: 1 }],
  ['a whole number where any was', { type: 'number' }, { type: 'integer' }],
  ['one value less', { enum: ['a', 'b'] }, { enum: ['a'] }],
  ['the same schema by a reference', { type: 'integer' }, { $ref: '#/components/schemas/Money' }],
])('lets a sender have %s', (_, before, after) => {
  expect(compare(before, after)).toEqual([]);
});

it.each<[string, object, object, string[]]>([
  ['takes a member away', object({ id, total: id }), object({ id }), ['/total is gone']],
  ['may leave out a member', object({ id }, ['id']), object({ id }), ['/id may be missing now']],
  ['changes a type', object({ id }), object({ id: { type: 'integer' } }), ['/id has changed its type from string to integer']],
  ['may send nothing', { type: 'string' }, { type: ['string', 'null'] }, [' has changed its type from string to string or null']],
  ['sends a value that nobody knows', { enum: ['a'] }, { enum: ['a', 'b'] }, [' may be "b" now']],
  ['widens a limit', { type: 'integer', maximum: 9 }, { type: 'integer' }, [' has changed its maximum from 9 to none']],
  ['changes a pattern', { pattern: 'a' }, { pattern: 'b' }, [' has changed its pattern']],
  ['changes what is in a list', { items: object({ id }) }, { items: object({}) }, ['/[]/id is gone']],
  [
    'adds a member where readers refuse it',
    { ...object({}), additionalProperties: false },
    object({ id }),
    ['/id is new, and readers refuse what they do not know'],
  ],
])('names the place where a sender %s', (_, before, after, expected) => {
  expect(compare(before, after)).toEqual(expected);
});

it.each<[string, object, object, string[]]>([
  ['takes less for granted', object({ id }, ['id']), object({ id }), []],
  ['reads an optional member more', object({ id }), object({ id, note: id }), []],
  ['does not read a member any more', object({ id, note: id }), object({ id }), []],
  ['demands a member', object({ id }), object({ id, note: id }, ['note']), ['/note must be there now']],
  ['refuses a value', { enum: ['a', 'b'] }, { enum: ['a'] }, [' must not be "b" any more']],
  ['tightens a limit', { type: 'string' }, { type: 'string', maxLength: 5 }, [' has changed its maxLength from none to 5']],
])('judges a receiver that %s', (_, before, after, expected) => {
  expect(compare(before, after, 'receive')).toEqual(expected);
});

it('names an event that is not sent any more, or goes elsewhere', () => {
  const none = parseEventContract('{ asyncapi: 3.0.0 }');
  expect(breakingChanges(contract({}), none)).toEqual([{ type: 'ORDER', path: '', message: 'is not sent any more' }]);
  expect(breakingChanges(contract({}), contract({}, 'send', 'sales'))).toEqual([
    { type: 'ORDER', path: '', message: 'has moved from orders to sales' },
  ]);
  expect(breakingChanges(contract({}, 'receive'), none)).toEqual([]);
});

it('ends on a schema that holds itself', () => {
  const tree = (kind: string) =>
    parseEventContract(
      JSON.stringify({
        asyncapi: '3.0.0',
        channels: { trees: { address: 'trees', messages: { TREE: { payload: { $ref: '#/components/schemas/Tree' } } } } },
        operations: { grow: { action: 'send', channel: { $ref: '#/channels/trees' } } },
        components: {
          schemas: { Tree: object({ kind: { type: kind }, children: { type: 'array', items: { $ref: '#/components/schemas/Tree' } } }) },
        },
      }),
    );
  expect(breakingChanges(tree('string'), tree('string'))).toEqual([]);
  expect(breakingChanges(tree('string'), tree('number'))).toHaveLength(1);
});
