import { describe, expect, it } from 'vitest';
import type { House } from '../house.ts';
import { call } from '../http.ts';
import { until } from '../process.ts';
import { where } from '../where.ts';

export function health(house: House): void {
  describe('2. Health', () => {
    it.each(['startup', 'live', 'ready'])('says ok at /health/%s, and asks not to be cached', async (probe) => {
      const answer = await call(`${house.instance().url}/health/${probe}`);
      expect(answer.status).toBe(200);
      expect(answer.json()).toMatchObject({ status: 'ok', checks: expect.any(Object) });
      expect(answer.headers['cache-control']).toContain('no-store');
    });

    where(house.subject.database)('listens from the first moment, and answers 503 until its database is there', async () => {
      const variable = house.subject.database?.variable ?? '';
      const instance = await house.launch({ ...house.env(), [variable]: 'postgres://nobody:nothing@127.0.0.1:9/none' });
      await until('it listens', async () => (await call(`${instance.url}/health/live`)).status === 200);
      for (const probe of ['startup', 'ready']) {
        const answer = await call(`${instance.url}/health/${probe}`);
        expect(answer.status).toBe(503);
        expect(answer.json()).toMatchObject({ status: 'unavailable' });
      }
      await until('it names what it waits for', async () => {
        const { checks } = (await call(`${instance.url}/health/startup`)).json();
        return Object.values(checks as object).some((check) => check.status === 'unavailable' && check.error.length > 0);
      });
      const early = await call(`${instance.url}${house.subject.get}`);
      expect([early.status, Number(early.headers['retry-after']) > 0]).toEqual([503, true]);
    });

    where(house.subject.peer)('is ready whether or not the services that it calls are', async () => {
      const instance = await house.start({ [house.subject.peer?.variable ?? '']: 'http://127.0.0.1:9' });
      expect((await call(`${instance.url}/health/ready`)).status).toBe(200);
    });
  });
}
