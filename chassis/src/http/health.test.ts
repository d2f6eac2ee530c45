import { expect, it } from 'vitest';
import { createHealth } from './health.ts';

function healthAt() {
  let now = 0;
  return {
    health: createHealth(() => now),
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

it('is alive while it starts, and says what it waits for', async () => {
  const { health } = healthAt();
  health.starting('db', new Error('refused'));
  expect(await health.answer('/health/live')).toEqual({ status: 'ok', checks: {} });
  const waiting = { status: 'unavailable', checks: { db: { status: 'unavailable', error: 'refused' } } };
  expect(await health.answer('/health/startup')).toEqual(waiting);
  expect(await health.answer('/health/ready')).toEqual(waiting);
  health.starting('db', undefined);
  expect(await health.answer('/health/ready')).toEqual({ status: 'unavailable', checks: { db: { status: 'ok' } } });
});

it('is ready as long as each need answers, whatever it does is started and alive', async () => {
  const { health, pass } = healthAt();
  let broken = false;
  health.started({ db: async () => (broken ? Promise.reject(new Error('gone')) : undefined), cache: async () => undefined });
  expect((await health.answer('/health/ready')).status).toBe('ok');
  broken = true;
  pass(1_000);
  expect(await health.answer('/health/ready')).toEqual({
    status: 'unavailable',
    checks: { db: { status: 'unavailable', error: 'gone' }, cache: { status: 'ok' } },
  });
  expect((await health.answer('/health/startup')).status).toBe('ok');
  expect((await health.answer('/health/live')).status).toBe('ok');
});

it('asks once a second, however many ask it', async () => {
  const { health, pass } = healthAt();
  let asked = 0;
  health.started({
    async db() {
      asked++;
    },
  });
  await Promise.all(Array.from({ length: 20 }, () => health.answer('/health/ready')));
  pass(999);
  await health.answer('/health/ready');
  expect(asked).toBe(1);
  pass(1);
  await health.answer('/health/ready');
  expect(asked).toBe(2);
});

it('waits a second for an answer, not longer', async () => {
  const { health } = healthAt();
  health.started({ db: () => new Promise(() => {}) });
  expect(await health.answer('/health/ready')).toMatchObject({ checks: { db: { error: 'no answer within 1000 ms' } } });
});

it('is no longer ready as it stops, and asks nobody', async () => {
  const { health } = healthAt();
  health.started({ db: () => Promise.reject(new Error('must not be asked')) });
  health.stopping();
  expect(await health.answer('/health/ready')).toEqual({ status: 'unavailable', checks: {} });
  expect((await health.answer('/health/live')).status).toBe('ok');
});
