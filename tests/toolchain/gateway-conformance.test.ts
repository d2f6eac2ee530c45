import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch, ready } from '../conformance/process.ts';
import type { Subject } from '../conformance/subject.ts';
import { conformance } from '../conformance/suite.ts';
import { expectPass, run } from './run.ts';
import { newGateway, newService } from './services.ts';

const parent = mkdtempSync(join(tmpdir(), 'svckit-conformance-'));
const cwd = join(parent, 'entry');
const command: Subject['command'] = [process.execPath, '--enable-source-maps', 'dist/main.js'];

/** `/orders` leads to a real service, `/relayed` to the stand-in of the suite. */
const ROUTES = `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: all }
spec:
  rules:
    - matches: [{ path: { value: /orders } }]
      backendRefs: [{ name: orders }]
    - matches: [{ path: { type: Exact, value: /relayed } }]
      filters: [{ type: URLRewrite, urlRewrite: { path: { type: ReplaceFullPath, replaceFullPath: /thing } } }]
      backendRefs: [{ name: peer }]
`;

const subject: Subject = {
  command,
  cwd,
  service: 'entry',
  version: '0.1.0',
  get: '/orders',
  template: { route: '/orders', path: '/orders/7f0c2a52-5c2e-4a52-9d83-0c8a9f3f0b11' },
  post: { path: '/orders', valid: { name: 'Teapot' }, invalid: { name: '' } },
  required: 'ORDERS_URL',
  peer: { variable: 'PEER_URL', name: 'peer', path: '/relayed', asks: 'GET /thing' },

  async prepare() {
    await newGateway(parent, 'entry', {}, ['--no-git']);
    await newService(parent, 'orders', {}, ['--no-git']);
    await writeFile(join(cwd, 'routes.yaml'), ROUTES);
    for (const folder of [cwd, join(parent, 'orders')]) expectPass(await run(['npm', 'run', 'build'], { cwd: folder }));
    const orders = await launch({ ...subject, cwd: join(parent, 'orders') }, {});
    await ready(orders);
    const stop = async () => {
      await orders.end();
      await rm(parent, { recursive: true, force: true });
    };
    return { env: { ORDERS_URL: orders.url }, stop };
  },
};

conformance('A gateway from the template api-gateway', subject);
