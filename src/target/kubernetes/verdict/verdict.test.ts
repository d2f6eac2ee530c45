import { describe, expect, it } from 'vitest';
import { ago, event, jobObservation, observation, pod } from './fake-observation.ts';
import type { Deployment } from './observed.ts';
import { judge } from './verdict.ts';

const tolerance = { restarts: 1 };
const settled: Deployment['status'] = {
  observedGeneration: 2,
  replicas: 1,
  updatedReplicas: 1,
  readyReplicas: 1,
  availableReplicas: 1,
  conditions: [
    { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
    { type: 'Available', status: 'True' },
  ],
};

describe('a deployment', () => {
  it('is ready when its controller says so in every way', () => {
    expect(judge(observation({ deployment: { status: settled } }), tolerance)).toEqual({ state: 'ready' });
  });

  it.each([
    ['the change was not seen', { ...settled, observedGeneration: 1 }, 'its controller to see the change'],
    ['a new pod is to be made', { ...settled, updatedReplicas: 0 }, 'new pods: 0 of 1 made'],
    ['an old pod still runs', { ...settled, replicas: 2 }, 'old pods to end: 1 left'],
    ['a new pod is not ready', { ...settled, readyReplicas: 0 }, 'new pods: 0 of 1 ready'],
    ['a ready pod is too young', { ...settled, availableReplicas: 0 }, 'new pods: 0 of 1 available'],
    ['a condition is missing', { ...settled, conditions: [] }, 'its controller to call it available'],
  ])('waits while %s', (_, status, waitsFor) => {
    expect(judge(observation({ deployment: { status } }), tolerance)).toEqual({ state: 'waiting', for: waitsFor, causes: [] });
  });

  it('is judged by the pods of the new version alone', () => {
    const crashing = { restartCount: 9, state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated: { exitCode: 1 } } };
    const old = judge(observation({ pods: [pod({ owner: 'old', container: crashing })] }), tolerance);
    expect(old).toMatchObject({ state: 'waiting', causes: [] });
    expect(judge(observation({ pods: [pod({ container: crashing })] }), tolerance)).toMatchObject({ state: 'failed' });
  });

  it('says what looks wrong while it may still come right, and fails when it cannot', () => {
    const crashed = (restartCount: number) => pod({ container: { restartCount, lastState: { terminated: { exitCode: 1 } } } });
    expect(judge(observation({ pods: [crashed(1)] }), tolerance)).toMatchObject({
      state: 'waiting',
      causes: [{ reason: 'crash', final: false }],
    });
    expect(judge(observation({ pods: [crashed(2)] }), tolerance)).toMatchObject({ state: 'failed', causes: [{ reason: 'crash' }] });
  });

  it('is ready in spite of what went wrong on the way', () => {
    const pods = [pod({ container: { ready: true, restartCount: 5, lastState: { terminated: { exitCode: 1 } } } })];
    expect(judge(observation({ pods, deployment: { status: settled } }), tolerance)).toEqual({ state: 'ready' });
  });

  it('tells the root before what follows from it', () => {
    const killed = {
      restartCount: 3,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
    };
    const verdict = judge(
      observation({ pods: [pod({ container: killed })], events: [event('Unhealthy', 'Readiness probe failed: refused')] }),
      tolerance,
    );
    expect(verdict).toMatchObject({ state: 'failed', causes: [{ reason: 'memory', container: 'main', object: 'pod/orders-new-x' }] });
  });
});

describe('a job', () => {
  it('is ready when it is complete, not when it has started', () => {
    expect(judge(jobObservation({ status: {} }), tolerance)).toEqual({ state: 'waiting', for: 'the job to end', causes: [] });
    expect(judge(jobObservation({ status: { conditions: [{ type: 'Complete', status: 'True' }] } }), tolerance)).toEqual({
      state: 'ready',
    });
  });

  it('fails with what its controller says', () => {
    const conditions = [
      { type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' } as const,
    ];
    expect(judge(jobObservation({ status: { conditions } }), tolerance)).toMatchObject({
      state: 'failed',
      causes: [{ reason: 'job-failed', object: 'job/migrate', message: 'the job failed: Job has reached the specified backoff limit' }],
    });
  });

  it('may end with 0', () => {
    const done = pod({ container: { state: { terminated: { exitCode: 0, reason: 'Completed' } } } });
    expect(judge(jobObservation({ status: {} }, [done]), tolerance)).toMatchObject({ state: 'waiting', causes: [] });
  });
});

it('gives a deployment with no pods a cause where its controller has none to name', () => {
  const conditions = [
    {
      type: 'Progressing',
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: 'has timed out progressing',
      lastTransitionTime: ago(1),
    } as const,
  ];
  const verdict = judge(observation({ pods: [], deployment: { status: { observedGeneration: 2, conditions } } }), tolerance);
  expect(verdict).toMatchObject({ state: 'failed', causes: [{ reason: 'deadline', object: 'deployment/orders' }] });
});
