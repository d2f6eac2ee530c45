import { join } from 'node:path';
import { build } from 'esbuild';
import { testDatabase } from '../../chassis/src/testing/testing.ts';
import { conformance } from './suite.ts';

const fixture = join(import.meta.dirname, 'fixture');

conformance('A service on the chassis', {
  command: [process.execPath, 'dist/main.js'],
  cwd: fixture,
  service: 'orders',
  version: '1.2.3',
  get: '/orders',
  template: { route: '/orders/{order-id}', path: '/orders/7f0c2a52-5c2e-4a52-9d83-0c8a9f3f0b11' },
  post: { path: '/orders', valid: { productId: 'p1', quantity: 2 }, invalid: { productId: '', quantity: 'many' } },
  required: 'DATABASE_URL',
  peer: { variable: 'PEER_URL', name: 'peer', path: '/relayed', asks: 'GET /thing' },
  database: { variable: 'DATABASE_URL', path: '/orders' },

  async prepare() {
    const outfile = join(fixture, 'dist/main.js');
    await build({
      entryPoints: [join(fixture, 'src/main.ts')],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
    });
    const database = await testDatabase();
    return { env: { DATABASE_URL: database.url }, stop: () => database.stop() };
  },
});
