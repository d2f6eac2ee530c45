import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** A span, as far as its place among others goes. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly service: string;
}

/** Takes in what services tell of their work, by OTLP. */
export interface Spans {
  readonly url: string;
  /** The spans so far. */
  all(): readonly Span[];
  stop(): void;
}

interface Export {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[] };
    readonly scopeSpans: readonly { readonly spans: readonly Omit<Span, 'service'>[] }[];
  }[];
}

export async function collectSpans(): Promise<Spans> {
  const spans: Span[] = [];
  const server = createServer(async (request, response) => {
    spans.push(...spansOf((await json(request)) as Export));
    response.setHeader('content-type', 'application/json').end('{}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    all: () => spans,
    stop: () => void server.close(),
  };
}

function spansOf({ resourceSpans }: Export): readonly Span[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ ...span, service })));
  });
}

/** The steps that a trace takes from one service to another, `orders → payments`, each once. */
export function stepsOf(spans: readonly Span[]): ReadonlySet<string> {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const steps = spans.map(({ service, parentSpanId = '' }) => ({ from: byId.get(parentSpanId)?.service, to: service }));
  return new Set(steps.filter(({ from, to }) => from !== undefined && from !== to).map(({ from, to }) => `${from} → ${to}`));
}

/** Spans whose parent is not among them: of one whole tree that is its root alone. */
export function rootsOf(spans: readonly Span[]): readonly Span[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  return spans.filter(({ parentSpanId }) => parentSpanId === undefined || !ids.has(parentSpanId));
}
