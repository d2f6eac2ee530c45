import { expect, test } from 'vitest';
import { forClients } from './for-clients.ts';

const user = { name: 'X-User-ID', in: 'header', required: true };
const tag = { name: 'If-Match', in: 'header' };
const ref = (name: string) => ({ $ref: `#/components/parameters/${name}` });

test('a client is not asked for what the gateway says by itself, wherever a document asks for it', () => {
  const document = {
    openapi: '3.1.0',
    paths: {
      '/carts/mine': { parameters: [ref('user'), ref('tag')], get: { operationId: 'getCart' }, put: { parameters: [user, tag] } },
    },
    components: { parameters: { user, tag }, schemas: { Id: { type: 'string' } } },
  };
  expect(forClients(document)).toEqual({
    openapi: '3.1.0',
    paths: { '/carts/mine': { parameters: [ref('tag')], get: { operationId: 'getCart' }, put: { parameters: [tag] } } },
    components: { parameters: { tag }, schemas: { Id: { type: 'string' } } },
  });
});

test("a query parameter of that name is the client's own, and a document without parameters stays as it is", () => {
  const paths = { '/users': { get: { parameters: [{ name: 'X-User-ID', in: 'query' }] } } };
  expect(forClients({ openapi: '3.1.0', paths })).toEqual({ openapi: '3.1.0', paths, components: {} });
});
