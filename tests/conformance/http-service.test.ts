import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabase } from '../../chassis/src/testing/testing.ts';
import { expectPass, run } from '../toolchain/run.ts';
import { newService } from '../toolchain/services.ts';
import { conformance } from './suite.ts';

const parent = mkdtempSync(join(tmpdir(), 'svckit-conformance-'));
const cwd = join(parent, 'orders');

conformance('A service from the template http-service', {
  command: [process.execPath, '--enable-source-maps', 'dist/main.js'],
  cwd,
  service: 'orders',
  version: '0.1.0',
  get: '/orders',
  template: { route: '/orders/{itemId}', path: '/orders/7f0c2a52-5c2e-4a52-9d83-0c8a9f3f0b11' },
  post: { path: '/orders', valid: { name: 'Teapot' }, invalid: { name: '' } },
  required: 'DATABASE_URL',
  database: { variable: 'DATABASE_URL', path: '/orders' },

  async prepare() {
    await newService(parent, 'orders', { database: 'postgres' }, ['--no-git']);
    expectPass(await run(['npm', 'run', 'build'], { cwd }));
    const database = await testDatabase();
    const stop = async () => {
      await database.stop();
      await rm(parent, { recursive: true, force: true });
    };
    return { env: { DATABASE_URL: database.url }, stop };
  },
});
