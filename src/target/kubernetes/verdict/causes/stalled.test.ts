import { expect, it } from 'vitest';
import { ago, jobObservation, NOW, pod, rollout } from '../fake-observation.ts';
import { judge } from '../verdict.ts';
import { stalled } from './stalled.ts';

const line = (level: string, seconds: number) =>
  JSON.stringify({ time: ago(seconds), level, message: 'db cannot be reached yet', error: { message: 'connect ECONNREFUSED' } });
const told = (ranSeconds: number, last: string) => {
  const running = pod({ container: { ready: true, state: { running: { startedAt: ago(ranSeconds) } } } });
  return stalled(rollout({ ...jobObservation({}, [running]), lastLines: { [running.metadata.name]: last } }));
};

it('a job that complains is told of from the first complaint on, with what it says', () => {
  expect(told(3, line('warn', 1))).toMatchObject([
    { message: 'it does not end: db cannot be reached yet: connect ECONNREFUSED', final: false },
  ]);
});

it('is final where it still complains after a minute, and not where it was quiet since', () => {
  expect(told(61, line('error', 2))).toMatchObject([{ final: true }]);
  expect(told(61, line('error', 45))).toMatchObject([{ final: false }]);
});

it('a job that works is left to work, however long', () => {
  expect(told(500, line('info', 1))).toEqual([]);
  expect(told(500, 'copied 4 of 9 million rows')).toEqual([]);
});

it('fails the verdict on a job', () => {
  const running = pod({ container: { state: { running: { startedAt: ago(90) } } } });
  const of = { ...jobObservation({}, [running]), now: NOW, lastLines: { [running.metadata.name]: line('warn', 3) } };
  expect(judge(of, { restarts: 1 })).toMatchObject({ state: 'failed', causes: [{ reason: 'stalled' }] });
});
