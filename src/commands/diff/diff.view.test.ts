import { describe, expect, it } from 'vitest';
import { plain } from '../../output/style.ts';
import type { ServiceDrift } from '../../upgrade/drift.ts';
import { diff } from './diff.command.ts';
import { view } from './diff.view.ts';

const drift: ServiceDrift = {
  name: 'orders',
  folder: '/shop/services/orders',
  root: '/shop',
  template: { name: 'http-service', version: '1.0.0' },
  files: [
    { path: 'services/orders/a.ts', ownership: 'merged', difference: 'edited' },
    { path: 'ci.yml', ownership: 'owned', difference: 'deleted' },
  ],
};

describe('svc diff shows', () => {
  it('first what is the template’s, then how to take it back', () => {
    const lines = view(drift, plain).split('\n');
    expect(lines[0]).toBe('! orders: 2 files differ from http-service 1.0.0');
    expect(lines[2]).toMatch(/^ci\.yml +deleted +the template/);
    expect(lines[3]).toMatch(/^services\/orders\/a\.ts +edited +both/);
    expect(lines.slice(4)).toEqual(['Paths are as seen from /shop', expect.stringContaining('svc upgrade --heal')]);
  });

  it('that nothing differs', () => {
    expect(view({ ...drift, files: [] }, plain)).toBe('✓ orders is as http-service 1.0.0 wrote it');
  });
});

it('ends with 1 only where a file of the template’s own was changed', () => {
  expect(diff.exitCode?.(drift)).toBe(1);
  expect(diff.exitCode?.({ ...drift, files: drift.files.slice(0, 1) })).toBe(0);
  expect(diff.toJson(drift)).toMatchObject({ files: [{ path: '/shop/services/orders/a.ts', drift: false }, { drift: true }] });
});
