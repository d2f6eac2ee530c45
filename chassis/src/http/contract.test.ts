import { expect, it } from 'vitest';
import { parseContract } from './contract.ts';
import { assertHandlers, routePath } from './routes.ts';
import { compileChecks } from './validation.ts';

const contract = (paths: string, components = '{}') =>
  `openapi: 3.1.0\ninfo: { title: T, version: '1' }\npaths:\n${paths}\ncomponents: ${components}\n`;

it.each([
  ['another version', 'openapi: 3.0.3\npaths: {}', 'OpenAPI 3.1'],
  ['broken YAML', 'openapi: [', 'not valid YAML'],
  ['an operation without a name', contract('  /a: { get: { responses: {} } }'), 'GET /a has no operationId'],
  ['one name for two', contract('  /a: { get: { operationId: x }, post: { operationId: x } }'), 'Two operations have the operationId x'],
  ['another file', contract("  /a: { get: { operationId: x, parameters: [{ $ref: 'b.yaml#/c' }] } }"), 'not in this file'],
  ['nothing', contract("  /a: { get: { operationId: x, parameters: [{ $ref: '#/components/parameters/none' }] } }"), 'which is not there'],
  ['a form', contract('  /a: { post: { operationId: x, requestBody: { content: { text/csv: {} } } } }'), 'must be application/json'],
])('refuses a contract with %s', (_, source, message) => {
  expect(() => parseContract(source)).toThrow(message);
});

it('finds a misspelt keyword when it starts', () => {
  const source = contract(
    '  /a: { post: { operationId: x, requestBody: { content: { application/json: { schema: { requried: [a] } } } } } }',
  );
  expect(() => compileChecks(parseContract(source))).toThrow('requried');
});

it('reads parameters from path and operation, the latter first', () => {
  const parameters = (max: number) => `[{ name: limit, in: query, schema: { type: integer, maximum: ${max} } }]`;
  const source = contract(`  /a: { parameters: ${parameters(5)}, get: { operationId: x, parameters: ${parameters(9)} } }`);
  const checks = compileChecks(parseContract(source)).get('x');
  const ask = (limit: string) => checks?.request({ params: {}, query: { limit }, headers: {}, body: undefined, bodyBytes: 0 });
  expect(ask('9')).toEqual([]);
  expect(ask('10')).toEqual([{ path: '/query/limit', message: 'must be <= 9' }]);
});

it('writes a path as the router reads it, whatever its parameters are called', () => {
  expect(routePath('/orders/{order-id}/items/{item.no}')).toEqual({ url: '/orders/:p0/items/:p1', names: ['order-id', 'item.no'] });
  expect(routePath('/orders:batch')).toEqual({ url: '/orders::batch', names: [] });
  expect(() => routePath('/files/{name}.pdf')).toThrow('a parameter must be a whole segment');
});

it('names operations without handlers and handlers without operations', () => {
  const { operations } = parseContract(contract('  /a: { get: { operationId: readA }, post: { operationId: writeA } }'));
  expect(() => assertHandlers(operations, { readA: () => ({ status: 200, body: 1 }), raedA: () => ({ status: 200, body: 1 }) })).toThrow(
    'the operation writeA has no handler; the handler raedA has no operation in the contract',
  );
});
