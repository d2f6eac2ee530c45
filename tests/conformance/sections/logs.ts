import { describe, expect, it } from 'vitest';
import type { House } from '../house.ts';
import { call } from '../http.ts';
import { until } from '../process.ts';
import { where } from '../where.ts';

export function logs(house: House): void {
  const requestLine = async (requestId: string) => {
    const find = () =>
      house
        .instance()
        .logs()
        .find((line) => line['request_id'] === requestId && line['message'] === 'request');
    await until(`the line of ${requestId}`, () => find() !== undefined);
    return find() ?? {};
  };

  describe('4. Logs', () => {
    it('says who and when in every line, one JSON object each', async () => {
      await until('it has logged', () => house.instance().output.length > 0);
      for (const line of house.instance().logs()) {
        expect(line).toMatchObject({ message: expect.any(String), service: house.subject.service, version: house.subject.version });
        expect(line['time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        expect(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).toContain(line['level']);
      }
    });

    it('tells a finished request in one line, without its query', async () => {
      await call(`${house.instance().url}${house.subject.template.path}?token=geheim`, { headers: { 'x-request-id': 'logged-1' } });
      expect(await requestLine('logged-1')).toMatchObject({
        method: 'GET',
        route: house.subject.template.route,
        path: house.subject.template.path,
        status: expect.any(Number),
        duration_ms: expect.any(Number),
        trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
        span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
      });
      expect(house.instance().output.join()).not.toContain('geheim');
    });

    it('is silent about health checks and scrapes', async () => {
      for (const path of ['/health/live', '/health/ready', '/metrics']) await call(`${house.instance().url}${path}`);
      await call(`${house.instance().url}${house.subject.get}`, { headers: { 'x-request-id': 'logged-2' } });
      await requestLine('logged-2');
      const paths = house
        .instance()
        .logs()
        .map((line) => String(line['path'] ?? ''));
      expect(paths.filter((path) => /^\/(health|metrics)/.test(path))).toEqual([]);
    });

    where(house.subject.peer)('tells a failure with its type, message and stack', async () => {
      const { path = '', asks = '' } = house.subject.peer ?? {};
      house.peer().change({ [asks]: { status: 500 } });
      await call(`${house.instance().url}${path}`, { headers: { 'x-request-id': 'logged-3' } });
      await requestLine('logged-3');
      const failure = house
        .instance()
        .logs()
        .find((line) => line['request_id'] === 'logged-3' && line['error']);
      expect(failure?.['error']).toMatchObject({ type: expect.any(String), message: expect.any(String), stack: expect.any(String) });
    });
  });
}
