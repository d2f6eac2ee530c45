/**
 * One proxy of the gateway bench, by name: `http-proxy` is @fastify/http-proxy alone; the others are our gateway, with more and
 * more of it switched on. It tells its parent where it listens, and how much CPU it has used.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import httpProxy from '@fastify/http-proxy';
import { fastify } from 'fastify';
import { gateway } from '../chassis/src/gateway/gateway.ts';

const [name = 'http-proxy', upstream = '', receiver = '', folder = ''] = process.argv.slice(2);

const POLICY = {
  authentication: { anyOf: ['jwt'] },
  rateLimits: [
    { by: 'client', requests: 1_000_000, per: '1s' },
    { by: 'identity', requests: 1_000_000, per: '1s' },
  ],
};
const VARIANTS: Readonly<Record<string, { readonly guarded: boolean; readonly env: Readonly<Record<string, string>> }>> = {
  plain: { guarded: false, env: { LOG_LEVEL: 'fatal', OTEL_TRACES_SAMPLER: 'always_off' } },
  guarded: { guarded: true, env: { LOG_LEVEL: 'fatal', OTEL_TRACES_SAMPLER: 'always_off' } },
  everything: { guarded: true, env: { LOG_LEVEL: 'info', OTEL_EXPORTER_OTLP_ENDPOINT: receiver } },
};

const url = name === 'http-proxy' ? await peer() : await ours(name);
process.on('message', () => process.send?.({ cpu: process.cpuUsage(), rss: process.memoryUsage.rss() }));
process.on('disconnect', () => process.exit());
process.send?.({ url });

async function peer(): Promise<string> {
  const app = fastify();
  await app.register(httpProxy, { upstream, prefix: '/api/orders', rewritePrefix: '/orders' });
  return app.listen({ port: 0, host: '127.0.0.1' });
}

async function ours(variant: string): Promise<string> {
  const { guarded, env } = VARIANTS[variant] ?? { guarded: false, env: {} };
  const route = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'orders' },
    spec: {
      rules: [
        {
          matches: [{ path: { value: '/api/orders' } }],
          filters: [{ type: 'URLRewrite', urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/orders' } } }],
          backendRefs: [{ name: 'orders' }],
        },
      ],
    },
  };
  const policy = { apiVersion: 'gateway.svckit.dev/v1', kind: 'RoutePolicy', metadata: { name: 'default' }, spec: guarded ? POLICY : {} };
  const file = join(folder, `routes-${variant}.yaml`);
  writeFileSync(file, `${JSON.stringify(route)}\n---\n${JSON.stringify(policy)}`);
  const tokens = { JWT_ISSUER: 'https://login.example.com', JWT_AUDIENCE: 'bench', JWKS_URL: `${receiver}/jwks` };
  const create = gateway({ routes: pathToFileURL(file) });
  const running = await create({ env: { PORT: '0', HOST: '127.0.0.1', ORDERS_URL: upstream, ...tokens, ...env } }).start();
  return running.url;
}
