import { describe, expect, it } from 'vitest';
import type { House } from '../house.ts';
import { call } from '../http.ts';
import { where } from '../where.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

export function traces(house: House): void {
  let count = 0;
  const ask = async (headers: Readonly<Record<string, string>>, path = house.subject.get) => {
    const requestId = `traced-${++count}`;
    const answer = await call(`${house.instance().url}${path}`, { headers: { 'x-request-id': requestId, ...headers } });
    return { requestId, answer };
  };
  const serverSpan = async (headers: Readonly<Record<string, string>>, path?: string) => {
    const { requestId } = await ask(headers, path);
    const found = (await house.receiver().ofRequest(requestId, 'server')).find(({ kind }) => kind === 'server');
    if (!found) throw new Error('There is no server span');
    return found;
  };

  describe('5. Traces', () => {
    it.each([
      ['version 00', `00-${TRACE}-${PARENT}-01`],
      ['a later version with more fields', `cc-${TRACE}-${PARENT}-01-what-the-future-brings`],
    ])('goes on with the trace of %s', async (_, traceparent) => {
      expect(await serverSpan({ traceparent })).toMatchObject({ traceId: TRACE, parentId: PARENT });
    });

    it.each([
      ['letters that are no hexadecimal digits', `00-${TRACE.replace('4', 'g')}-${PARENT}-01`],
      ['capital letters', `00-${TRACE.toUpperCase()}-${PARENT}-01`],
      ['a trace id of zeros', `00-${'0'.repeat(32)}-${PARENT}-01`],
      ['a parent id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
      ['version ff', `ff-${TRACE}-${PARENT}-01`],
      ['a fifth field in version 00', `00-${TRACE}-${PARENT}-01-more`],
      ['a short trace id', `00-${TRACE.slice(1)}-${PARENT}-01`],
      ['no flags', `00-${TRACE}-${PARENT}`],
      ['two headers in one', `00-${TRACE}-${PARENT}-01,00-${TRACE}-${PARENT}-01`],
    ])('begins a new trace for %s', async (_, traceparent) => {
      const span = await serverSpan({ traceparent });
      expect(span.traceId).not.toBe(TRACE);
      expect(span.parentId).toBeUndefined();
    });

    it('names a request by method and route, and carries its id', async () => {
      const span = await serverSpan({}, house.subject.template.path);
      expect(span.name).toBe(`GET ${house.subject.template.route}`);
      expect(span.source.service).toBe(house.subject.service);
      expect(Object.fromEntries(span.attributes)).toMatchObject({
        'http.request.method': 'GET',
        'http.route': house.subject.template.route,
        'url.path': house.subject.template.path,
        'url.scheme': 'http',
        'request.id': expect.stringMatching(/^traced-/),
      });
      expect(span.attributes.get('http.response.status_code')).toBeDefined();
    });

    it('leaves a trace alone that its caller does not record', async () => {
      const { requestId } = await ask({ traceparent: `00-${TRACE.replace('4', '5')}-${PARENT}-00` });
      await serverSpan({}); // a later one has come
      expect(house.receiver().spans.filter(({ attributes }) => attributes.get('request.id') === requestId)).toEqual([]);
    });

    it('sends what a receiver can read', async () => {
      await serverSpan({});
      expect(house.receiver().problems).toEqual([]);
    });

    it('answers as fast without its receiver', async () => {
      const instance = await house.start({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
      for (let n = 0; n < 50; n++) expect((await call(`${instance.url}${house.subject.get}`)).status).toBe(200);
      const begun = performance.now();
      await call(`${instance.url}${house.subject.get}`);
      expect(performance.now() - begun).toBeLessThan(500);
    });

    where(house.subject.peer)('makes a call a CLIENT span, and tells the peer of it', async () => {
      const { path = '', asks = '', name } = house.subject.peer ?? {};
      house.peer().change({ [asks]: { status: 200, body: { answer: 42 } } });
      const { requestId } = await ask({ traceparent: `00-${TRACE}-${PARENT}-01`, tracestate: 'vendor=value,other=1' }, path);
      const spans = await house.receiver().ofRequest(requestId, 'server', 'client');
      const heard = house.peer().requests.findLast(({ headers }) => headers['x-request-id'] === requestId);
      const client = spans.find(({ id }) => heard?.headers['traceparent'] === `00-${TRACE}-${id}-01`);
      expect(client).toMatchObject({ kind: 'client', name: 'GET' });
      expect(client?.attributes.get('service.peer.name')).toBe(name);
      expect(client?.attributes.get('http.request.method')).toBe('GET');
      expect(spans.find(({ id }) => id === client?.parentId)?.traceId).toBe(TRACE);
      expect(heard?.headers['tracestate']).toBe('vendor=value,other=1');
    });

    where(house.subject.peer)('drops a tracestate that is broken, and keeps the trace', async () => {
      const { path = '', asks = '' } = house.subject.peer ?? {};
      house.peer().change({ [asks]: { status: 200, body: {} } });
      const { requestId } = await ask({ traceparent: `00-${TRACE}-${PARENT}-01`, tracestate: 'no equals sign' }, path);
      const heard = house.peer().requests.findLast(({ headers }) => headers['x-request-id'] === requestId);
      expect(heard?.headers['traceparent']).toContain(TRACE);
      expect(heard?.headers['tracestate']).toBeUndefined();
    });

    where(house.subject.peer)('marks the span of a failed request', async () => {
      const { path = '', asks = '' } = house.subject.peer ?? {};
      house.peer().change({ [asks]: { status: 500 } });
      const span = await serverSpan({}, path);
      expect(span.status).toMatchObject({ code: 'error', message: expect.stringMatching(/./) });
    });

    where(house.subject.database)('makes a query a CLIENT span', async () => {
      const { requestId } = await ask({}, house.subject.database?.path);
      const spans = await house.receiver().ofRequest(requestId, 'server', 'client');
      expect(spans.map(({ attributes }) => attributes.get('db.system.name'))).toContain('postgresql');
    });
  });
}
