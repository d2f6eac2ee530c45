import { expect, it } from 'vitest';
import { logLine } from './log-line.ts';
import { plain } from './style.ts';

const look = { style: plain, width: 8, services: ['orders', 'products'] };

it('shows a JSON line as a person reads it', () => {
  const line = JSON.stringify({
    time: '2026-01-02T03:04:05.678Z',
    level: 'info',
    message: 'request',
    service: 'orders',
    version: '1.0.0',
    trace_id: 'abc',
    method: 'GET',
    status: 200,
  });
  expect(logLine({ service: 'orders', line }, look)).toBe('orders   │ 03:04:05.678 info request method=GET status=200');
});

it('puts the failure at the end of its line', () => {
  const line = JSON.stringify({
    level: 'error',
    message: 'request',
    error: { type: 'TypeError', message: 'x is not a function', stack: '…' },
  });
  expect(logLine({ service: 'orders', line }, look)).toBe('orders   │ error request TypeError: x is not a function');
});

it('leaves other lines as they are, but for what would steer the terminal', () => {
  expect(logLine({ service: 'products', line: '{ not JSON \u001b[2J\u0001' }, look)).toBe('products │ { not JSON ␁');
});
