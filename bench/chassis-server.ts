/**
 * One server of the chassis bench, by name: `bare` is Fastify with one route; the others serve the same operation through the
 * chassis, with more and more of it switched on. It tells its parent where it listens, and how much CPU it has used.
 */
import { fastify } from 'fastify';
import { parseContract } from '../chassis/src/http/contract.ts';
import { createHealth } from '../chassis/src/http/health.ts';
import { createHttpServer } from '../chassis/src/http/server.ts';
import { createLogger } from '../chassis/src/logs/logs.ts';
import { createMetrics, type Metrics } from '../chassis/src/metrics/metrics.ts';
import { startTelemetry } from '../chassis/src/telemetry/telemetry.ts';

const identity = { service: 'bench', version: '1.0.0' };
const order = { id: '7f0c2a52-5c2e-4a52-9d83-0c8a9f3f0b11', productId: 'p1', quantity: 2, status: 'open' };
const contract = `
openapi: 3.1.0
info: { title: Orders, version: 1.0.0 }
paths:
  /orders/{id}:
    get:
      operationId: getOrder
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
      responses: { '200': { description: The order, content: { application/json: { schema: { type: object } } } } }
`;

/** What each variant switches on. */
const VARIANTS = {
  plain: { sampler: 'always_off', metrics: false, logs: false },
  tracing: { sampler: 'always_on', metrics: false, logs: false },
  metrics: { sampler: 'always_on', metrics: true, logs: false },
  everything: { sampler: 'always_on', metrics: true, logs: true },
} as const;

const [name = 'bare', receiver] = process.argv.slice(2);
const url = name === 'bare' ? await bare() : await chassis(VARIANTS[name as keyof typeof VARIANTS]);
process.on('message', () => process.send?.({ cpu: process.cpuUsage() }));
process.on('disconnect', () => process.exit());
process.send?.({ url });

async function bare(): Promise<string> {
  const app = fastify();
  app.get('/orders/:id', async () => order);
  return app.listen({ port: 0, host: '127.0.0.1' });
}

async function chassis(variant: (typeof VARIANTS)[keyof typeof VARIANTS]): Promise<string> {
  const endpoint = variant.sampler === 'always_on' ? new URL(receiver ?? '') : undefined;
  const { tracer } = startTelemetry({ ...identity, endpoint, sampler: variant.sampler });
  const health = createHealth();
  const server = await createHttpServer({
    tracer,
    health,
    contract: parseContract(contract),
    metrics: variant.metrics ? createMetrics(identity) : noMetrics(),
    log: createLogger({ ...identity, level: variant.logs ? 'info' : 'fatal' }),
    checkResponses: false,
  });
  server.serve({ getOrder: async () => ({ status: 200, body: order }) });
  health.started({});
  return server.listen(0, '127.0.0.1');
}

/** Metrics that count nothing, to see what counting costs. */
function noMetrics(): Metrics {
  const nothing = { set() {}, inc() {}, observe() {} };
  return { counter: () => nothing, gauge: () => nothing, histogram: () => nothing, text: async () => '', contentType: '' } as never;
}
