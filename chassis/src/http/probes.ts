import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Metrics } from '../metrics/metrics.ts';
import { HEALTH_PATHS, type Health, type HealthPath } from './health.ts';

export type ProbeHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** What answers `/health/…` and `/metrics`, without a span, a log line or a count; undefined for any other path. */
export function createProbes(health: Health, metrics: Metrics): (url: string | undefined) => ProbeHandler | undefined {
  const handlers = new Map<string, ProbeHandler>([
    ...HEALTH_PATHS.map((path) => [path, answering(() => healthAnswer(health, path))] as const),
    ['/metrics', answering(async () => ({ status: 200, type: metrics.contentType, body: await metrics.text() }))],
  ]);
  return (url = '') => handlers.get(url.split('?', 1)[0] ?? '');
}

interface PlainAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

async function healthAnswer(health: Health, path: HealthPath): Promise<PlainAnswer> {
  const body = await health.answer(path);
  return { status: body.status === 'ok' ? 200 : 503, type: 'application/json; charset=utf-8', body: JSON.stringify(body) };
}

function answering(answer: () => Promise<PlainAnswer>): ProbeHandler {
  return (request, response) => {
    request.resume();
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
      return;
    }
    answer().then(
      ({ status, type, body }) => response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body),
      () => response.writeHead(500).end(),
    );
  };
}
