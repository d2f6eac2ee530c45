import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { decodeExportRequest } from '../../src/supervisor/telemetry/protobuf.ts';
import { readOtlp } from '../../src/trace/otlp.ts';
import type { Span } from '../../src/trace/span.ts';
import { until } from './process.ts';

export interface Receiver {
  readonly url: string;
  readonly spans: readonly Span[];
  /** What was wrong with what came. */
  readonly problems: readonly string[];
  /** The spans of a request, once a span of each kind asked for has come. */
  ofRequest(requestId: string, ...kinds: Span['kind'][]): Promise<readonly Span[]>;
  stop(): Promise<void>;
}

const MOST_MESSAGES = 100_000;

/** An OTLP/HTTP receiver that keeps all spans: JSON or protobuf, plain or gzipped. */
export async function startReceiver(): Promise<Receiver> {
  const spans: Span[] = [];
  const problems: string[] = [];
  const server = createServer(async (request, response) => {
    const sent = await buffer(request);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    const isJson = request.headers['content-type']?.startsWith('application/json');
    const read = readOtlp(isJson ? JSON.parse(body.toString()) : decodeExportRequest(body, MOST_MESSAGES));
    if (request.url !== '/v1/traces') problems.push(`spans came to ${request.url}`);
    spans.push(...read.spans);
    problems.push(...read.problems);
    response.writeHead(200, { 'content-type': request.headers['content-type'] ?? '' }).end(isJson ? '{}' : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    problems,
    async ofRequest(requestId, ...kinds) {
      const found = () => {
        const server = spans.find((span) => span.kind === 'server' && span.attributes.get('request.id') === requestId);
        return spans.filter(({ traceId }) => traceId === server?.traceId);
      };
      await until(`spans of ${requestId}`, () => kinds.every((kind) => found().some((span) => span.kind === kind)), 10_000);
      return found();
    },
    stop: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
}
