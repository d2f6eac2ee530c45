import { expect, it } from 'vitest';
import { EXIT } from '../../errors.ts';
import { plain } from '../../output/style.ts';
import type { ServiceResult } from '../../target/local/protocol.ts';
import { deploy } from './deploy.command.ts';
import type { Result } from './deploy.view.ts';

const served: ServiceResult = { service: 'orders', change: 'changed', ok: true, url: 'http://127.0.0.1:21000', durationMs: 420 };
const failed: ServiceResult = {
  service: 'products',
  change: 'changed',
  ok: false,
  url: 'http://127.0.0.1:22000',
  durationMs: 61_000,
  reason: 'it ended before it was ready: exit code 1',
  lastLines: ['relation "coupons" does not exist \u001b[2J'],
  oldServes: true,
};

const result = (...results: ServiceResult[]): Result => ({ target: 'local', plan: { changes: [], circles: [] }, results, notes: [] });

it('shows where each service serves', () => {
  expect(deploy.view(result(served), plain)).toBe(
    ['SERVICE  CHANGE   RESULT  URL                     TOOK', 'orders   changed  serves  http://127.0.0.1:21000  420 ms'].join('\n'),
  );
  expect(deploy.exitCode?.(result(served))).toBe(EXIT.ok);
});

it('shows a failure with its reason, the last lines without what steers a terminal, and what goes on', () => {
  const text = deploy.view(result(served, failed), plain);
  expect(text).toContain('products was not deployed: it ended before it was ready: exit code 1');
  expect(text).toContain('  │ relation "coupons" does not exist \n');
  expect(text).toContain('The old version still serves.\nMore: svc logs products');
  expect(deploy.exitCode?.(result(served, failed))).toBe(EXIT.failed);
});

it('names services that call each other in a circle', () => {
  const circular: Result = { target: 'local', plan: { changes: [], circles: [['a', 'b', 'a']] }, results: [served], notes: [] };
  expect(deploy.view(circular, plain)).toContain('Services call each other in a circle: a → b → a');
});

it('reads where to, and the images of services', () => {
  const given = { env: 'staging', image: ['orders=registry.example.com/orders@sha256:abc'], yes: true };
  expect(deploy.parse(['orders'], given)).toEqual({
    services: ['orders'],
    environment: 'staging',
    images: { orders: 'registry.example.com/orders@sha256:abc' },
    build: false,
    builder: undefined,
    dryRun: false,
    yes: true,
    saveTo: undefined,
  });
  expect(() => deploy.parse([], { env: 'staging', image: ['orders'] })).toThrow('--image orders names no image');
});
