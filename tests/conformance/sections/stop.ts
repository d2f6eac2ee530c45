import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { House } from '../house.ts';
import { call } from '../http.ts';
import { until } from '../process.ts';
import { where } from '../where.ts';

const CLIENTS = 16;
/** The service takes no new connection any more: nothing was lost. */
const REFUSED = 'ECONNREFUSED';

export function stop(house: House): void {
  describe('8. Stop', () => {
    it.each(['SIGTERM', 'SIGINT'] as const)('ends with exit code 0 on %s', async (signal) => {
      const instance = await house.start();
      instance.signal(signal);
      expect(await instance.exited).toBe(0);
    });

    it('loses no request under load', async () => {
      const instance = await house.start();
      const load = Promise.all(Array.from({ length: CLIENTS }, () => hammer(`${instance.url}${house.subject.get}`)));
      await sleep(500);
      instance.signal('SIGTERM');
      const results = (await load).flat();
      expect(await instance.exited).toBe(0);
      expect(results.filter((result) => result !== 200)).toEqual([]);
      expect(results.length).toBeGreaterThan(CLIENTS);
    });

    it('ends although idle connections are open', async () => {
      const instance = await house.start();
      const agent = new Agent({ keepAlive: true });
      await call(`${instance.url}${house.subject.get}`, { agent });
      const begun = performance.now();
      instance.signal('SIGTERM');
      expect(await instance.exited).toBe(0);
      expect(performance.now() - begun).toBeLessThan(5_000);
      agent.destroy();
    });

    where(house.subject.peer)('finishes what is under way, answers open connections, and is no longer ready', async () => {
      const { instance, agent, slow } = await withSlowRequest(house, {});
      instance.signal('SIGTERM');
      await sleep(50);
      const [ready, other] = [
        await call(`${instance.url}/health/ready`, { agent }),
        await call(`${instance.url}${house.subject.get}`, { agent }).catch(() => undefined),
      ];
      expect(ready.status).toBe(503);
      expect(other === undefined || (other.status === 200 && other.headers['connection'] === 'close')).toBe(true);
      expect((await slow).status).toBe(200);
      expect(await instance.exited).toBe(0);
    });

    where(house.subject.peer)('waits no longer than DRAIN_TIMEOUT_MS', async () => {
      const { instance, slow } = await withSlowRequest(house, { DRAIN_TIMEOUT_MS: '300' });
      const begun = performance.now();
      instance.signal('SIGTERM');
      expect(await instance.exited).toBe(0);
      expect(performance.now() - begun).toBeLessThan(1_300);
      await slow.catch(() => undefined);
    });

    where(house.subject.peer)('ends at once with exit code 130 on a second signal', async () => {
      const { instance, slow } = await withSlowRequest(house, {});
      instance.signal('SIGTERM');
      await sleep(100);
      instance.signal('SIGTERM');
      expect(await instance.exited).toBe(130);
      await slow.catch(() => undefined);
    });

    it('sends its last spans before it ends', async () => {
      const instance = await house.start();
      await call(`${instance.url}${house.subject.get}`, { headers: { 'x-request-id': 'the-last-one' } });
      instance.signal('SIGTERM');
      await instance.exited;
      expect(house.receiver().spans.map(({ attributes }) => attributes.get('request.id'))).toContain('the-last-one');
    });
  });
}

/** A service with one request that takes 1.5 s, and a second connection that is open. */
async function withSlowRequest(house: House, env: Readonly<Record<string, string>>) {
  const { path = '', asks = '' } = house.subject.peer ?? {};
  house.peer().change({ [asks]: { status: 200, body: {}, delayMs: 1_500 } });
  const instance = await house.start(env);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  await call(`${instance.url}${house.subject.get}`, { agent });
  const before = house.peer().requests.length;
  const slow = call(`${instance.url}${path}`);
  slow.catch(() => undefined);
  await until('the peer is asked', () => house.peer().requests.length > before);
  return { instance, agent, slow };
}

/** Asks again and again over one connection, until the service takes no more. */
async function hammer(url: string): Promise<readonly (number | string)[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const results: (number | string)[] = [];
  for (;;) {
    try {
      const answer = await call(url, { agent });
      results.push(answer.status);
    } catch (error) {
      const { code = 'unknown' } = error as NodeJS.ErrnoException;
      if (code !== REFUSED) results.push(code); // a reset connection has lost a request
      agent.destroy();
      return results;
    }
  }
}
