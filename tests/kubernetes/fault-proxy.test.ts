import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

const reached: string[] = [];
const server = createServer((request, response) => {
  reached.push(`${request.method} ${request.url}`);
  response.setHeader('content-type', 'text/plain');
  request.pipe(response);
});
let proxy: FaultProxy;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy = await startFaultProxy({ target: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
afterAll(async () => {
  await proxy.close();
  server.close();
});
beforeEach(() => {
  proxy.arm();
  reached.length = 0;
});

const send = (body = 'hello') => fetch(`${proxy.url}/api?x=1`, { method: 'PATCH', body, signal: AbortSignal.timeout(500) });

it('hands requests on, and says what it saw', async () => {
  expect(await (await send()).text()).toBe('hello');
  expect(proxy.seen).toEqual([{ number: 1, method: 'PATCH', path: '/api?x=1', status: 200 }]);
  expect(reached).toEqual(['PATCH /api?x=1']);
});

it('meets the chosen requests with the fault, and no others', async () => {
  proxy.arm({ at: 2, fault: '409', times: 2 });
  const statuses = [await send(), await send(), await send(), await send()].map(({ status }) => status);
  expect(statuses).toEqual([200, 409, 409, 200]);
  expect(reached).toHaveLength(2);
});

it.each([
  ['401', 'Unauthorized'],
  ['403', 'Forbidden'],
  ['409', 'Conflict'],
  ['410', 'Expired'],
  ['429', 'TooManyRequests'],
  ['500', 'InternalError'],
  ['503', 'ServiceUnavailable'],
] as const)('answers %s as the API server would', async (fault, reason) => {
  proxy.arm({ at: 1, fault });
  const response = await send();
  expect(response.headers.get('retry-after')).toBe(fault === '429' ? '1' : null);
  expect(await response.json()).toMatchObject({ kind: 'Status', code: Number(fault), reason });
  expect(reached).toEqual([]);
});

it('resets before the server hears of it, or loses the answer after', async () => {
  proxy.arm({ at: 1, fault: 'reset' });
  await expect(send()).rejects.toThrow();
  expect(reached).toEqual([]);
  proxy.arm({ at: 1, fault: 'lost' });
  await expect(send()).rejects.toThrow();
  expect(reached).toHaveLength(1);
});

it('can say nothing more after the answer began', async () => {
  proxy.arm({ at: 1, fault: 'silent' });
  const response = await send();
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow(/aborted|timeout/i);
});
