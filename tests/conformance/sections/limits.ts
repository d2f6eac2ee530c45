import { describe, expect, it } from 'vitest';
import type { House } from '../house.ts';
import { type Answer, call, postJson, raw } from '../http.ts';
import { where } from '../where.ts';

const DEADLINE = 'x-envoy-expected-rq-timeout-ms';

export function limits(house: House): void {
  const post = () => `${house.instance().url}${house.subject.post.path}`;

  describe('7. Errors and limits', () => {
    it('does what the contract says with a sound request', async () => {
      expect((await postJson(post(), house.subject.post.valid)).status).toBeLessThan(300);
    });

    it('tells which parts of a request break the contract', async () => {
      const answer = await postJson(post(), house.subject.post.invalid);
      expectProblem(answer, 400);
      const { errors } = answer.json();
      expect(errors).toEqual(expect.arrayContaining([{ path: expect.any(String), message: expect.any(String) }]));
    });

    it('calls a body that is no JSON a problem', async () => {
      expectProblem(await call(post(), { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":' }), 400);
    });

    it('takes JSON only', async () => {
      expectProblem(await call(post(), { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'hello' }), 415);
    });

    it('answers 404 where nothing is', async () => {
      expectProblem(await call(`${house.instance().url}/no/such/path`), 404);
    });

    it('answers 405 for another method, and says which there are', async () => {
      const answer = await call(`${house.instance().url}${house.subject.get}`, { method: 'PATCH' });
      expectProblem(answer, 405);
      expect(answer.headers['allow']).toContain('GET');
    });

    it('refuses a body of more than 1 MiB', async () => {
      const length = 1024 * 1024 + 1;
      const head = `POST ${house.subject.post.path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
      expect((await raw(house.instance().port, head)).reply).toMatch(/^HTTP\/1\.1 413 /);
    });

    it('refuses a body of unknown length as it grows beyond 1 MiB', async () => {
      const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
      const head = `POST ${house.subject.post.path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
      expect((await raw(house.instance().port, head + chunk.repeat(17))).reply).toMatch(/^HTTP\/1\.1 413 /);
    });

    it('answers what is no HTTP with a problem', async () => {
      const { reply } = await raw(house.instance().port, 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n');
      expect(reply).toMatch(/^HTTP\/1\.1 400 /);
    });

    it.concurrent('closes a connection whose headers do not come within 10 s', async () => {
      const { reply, milliseconds } = await raw(house.instance().port, `GET ${house.subject.get} HTTP/1.1\r\nHost: a\r\n`);
      expect(reply).toMatch(/^(HTTP\/1\.1 408 |$)/);
      expect(milliseconds).toBeGreaterThan(9_000);
      expect(milliseconds).toBeLessThan(13_000);
    });

    it.concurrent('closes a connection whose body does not come within 30 s', async () => {
      const head = `POST ${house.subject.post.path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{`;
      const { reply, milliseconds } = await raw(house.instance().port, head);
      expect(reply).toMatch(/^HTTP\/1\.1 (408|503) /);
      expect(milliseconds).toBeGreaterThan(29_000);
      expect(milliseconds).toBeLessThan(33_000);
    });

    where(house.subject.peer)('says nothing of what went wrong inside', async () => {
      const { path = '', asks = '' } = house.subject.peer ?? {};
      house.peer().change({ [asks]: { status: 500, body: { title: 'Oops', status: 500, detail: 'table users is locked' } } });
      const answer = await call(`${house.instance().url}${path}`);
      expectProblem(answer, 502);
      expect(answer.text).not.toMatch(/users|127\.0\.0\.1|at .*\(/);
    });

    where(house.subject.peer)('gives a call what is left of its own time, and answers 504 when nothing is', async () => {
      const { path = '', asks = '' } = house.subject.peer ?? {};
      house.peer().change({ [asks]: { status: 200, body: {}, delayMs: 1_500 } });
      const begun = performance.now();
      expectProblem(await call(`${house.instance().url}${path}`, { headers: { [DEADLINE]: '300' } }), 504);
      expect(performance.now() - begun).toBeLessThan(1_000);
      const told = Number(house.peer().requests.at(-1)?.headers[DEADLINE]);
      expect(told).toBeGreaterThan(0);
      expect(told).toBeLessThanOrEqual(300);
    });
  });
}

function expectProblem(answer: Answer, status: number): void {
  expect([answer.status, answer.headers['content-type']?.split(';')[0]]).toEqual([status, 'application/problem+json']);
  const body = answer.json();
  expect(body).toMatchObject({ type: expect.any(String), title: expect.any(String), status });
  expect(body['requestId']).toBe(answer.headers['x-request-id']);
}
