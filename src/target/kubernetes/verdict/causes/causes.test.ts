import { describe, expect, it } from 'vitest';
import type { Rule } from '../cause.ts';
import { ago, containerStatus, event, observation, pod, rollout } from '../fake-observation.ts';
import type { ContainerStatus, Observation } from '../observed.ts';
import { admission } from './admission.ts';
import { configuration } from './configuration.ts';
import { crash } from './crash.ts';
import { eviction } from './eviction.ts';
import { image } from './image.ts';
import { memory } from './memory.ts';
import { readiness } from './readiness.ts';
import { scheduling } from './scheduling.ts';

const told = (rule: Rule, of: Observation) => rule(rollout(of)).map(({ message, final }) => `${final ? 'final' : 'maybe'}: ${message}`);
const withContainer = (container: Partial<ContainerStatus>) => observation({ pods: [pod({ container })] });
const waiting = (reason: string, message?: string) =>
  withContainer({ state: { waiting: { reason, ...(message !== undefined && { message }) } } });

/** The deployment's replica sets, one of which is refused its pods by a quota. */
const refusing = (uid: 'old' | 'new'): Observation['replicaSets'] => {
  const message = 'pods "orders-new-1" is forbidden: exceeded quota: q, requested: pods=1';
  const refused = { conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message }] } as const;
  return observation().replicaSets.map((set) => (set.metadata.uid === uid ? { ...set, status: refused } : set));
};

/** Messages are as a kubelet, a scheduler or an API server of version 1.35 writes them. */
describe('each rule names its cause', () => {
  it.each([
    [
      'an image that is not there',
      image,
      waiting('ErrImagePull', 'rpc error: code = NotFound desc = failed to pull and unpack image "r/orders:2": r/orders:2: not found'),
      'final: the image registry/orders:2 cannot be pulled: failed to pull and unpack image "r/orders:2": r/orders:2: not found',
    ],
    [
      'a registry that is away, which may come back',
      image,
      waiting(
        'ImagePullBackOff',
        'Back-off pulling image "r/orders:2": ErrImagePull: rpc error: code = Unknown desc = dial tcp: connection refused',
      ),
      'maybe: the image registry/orders:2 cannot be pulled: dial tcp: connection refused',
    ],
    [
      'a secret that is not there yet',
      configuration,
      waiting('CreateContainerConfigError', 'secret "orders-db" not found'),
      'maybe: its container cannot be started: secret "orders-db" not found',
    ],
    [
      'a user that it may not be',
      configuration,
      waiting('CreateContainerConfigError', 'container has runAsNonRoot and image will run as root'),
      'final: its container cannot be started: container has runAsNonRoot and image will run as root',
    ],
    [
      'a first crash, which is tolerated',
      crash,
      withContainer({ state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated: { exitCode: 1 } } }),
      'maybe: it ended with exit code 1',
    ],
    [
      'a crash that comes back',
      crash,
      withContainer({ restartCount: 1, state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated: { exitCode: 127 } } }),
      'final: it ended with exit code 127 (its command was not found), 2 times',
    ],
    [
      'a service that ends as if it were done',
      crash,
      withContainer({ restartCount: 2, lastState: { terminated: { exitCode: 0 } } }),
      'final: it ended with exit code 0, 2 times',
    ],
    [
      'too little memory',
      memory,
      withContainer({ restartCount: 1, lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } } }),
      'final: it was killed: it needs more memory than its limit of 64Mi',
    ],
    [
      'a used-up quota',
      admission,
      observation({
        pods: [],
        replicaSets: refusing('new'),
      }),
      'final: the cluster lets no pod of it in: exceeded quota: q, requested: pods=1',
    ],
    [
      'a pod that a policy keeps out, known from an event alone',
      admission,
      observation({
        pods: [],
        events: [event('FailedCreate', 'Error creating: pods "orders-1" is forbidden: violates PodSecurity "restricted:latest"', 'new')],
      }),
      'final: the cluster lets no pod of it in: violates PodSecurity "restricted:latest"',
    ],
    [
      'a pod whose node threw it out',
      eviction,
      observation({ pods: [pod({ status: { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' } })] }),
      'maybe: its node ended it: The node was low on resource: memory.',
    ],
  ] as const)('%s', (_, rule, of, expected) => expect(told(rule, of)).toEqual([expected]));
});

describe('a pod for which there is no room', () => {
  const unscheduled = (seconds: number) =>
    observation({
      pods: [
        pod({
          status: {
            conditions: [
              {
                type: 'PodScheduled',
                status: 'False',
                reason: 'Unschedulable',
                lastTransitionTime: ago(seconds),
                message:
                  '0/1 nodes are available: 1 Insufficient memory. preemption: 0/1 nodes are available: 1 No preemption victims found.',
              },
            ],
          },
        }),
      ],
    });

  it('is given 15 seconds', () => {
    expect(told(scheduling, unscheduled(14))).toEqual(['maybe: no node takes it: 0/1 nodes are available: 1 Insufficient memory']);
    expect(told(scheduling, unscheduled(16))).toEqual(['final: no node takes it: 0/1 nodes are available: 1 Insufficient memory']);
  });
});

describe('a container that runs and is not ready', () => {
  const probed = (seconds: number, startupProbe?: { failureThreshold: number; periodSeconds: number }) =>
    observation({
      pods: [
        pod({
          container: { state: { running: { startedAt: ago(seconds) } } },
          spec: { containers: [{ name: 'main', ...(startupProbe && { startupProbe }) }] },
        }),
      ],
      events: [event('Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503')],
    });

  it('is told from the first failed probe on, and is final after half a minute or what its startup probe allows', () => {
    const message = 'it runs and is not ready: Readiness probe failed: HTTP probe failed with statuscode: 503';
    expect(told(readiness, probed(2))).toEqual([`maybe: ${message}`]);
    expect(told(readiness, probed(31))).toEqual([`final: ${message}`]);
    expect(told(readiness, probed(31, { failureThreshold: 30, periodSeconds: 2 }))).toEqual([`maybe: ${message}`]);
    expect(told(readiness, probed(61, { failureThreshold: 30, periodSeconds: 2 }))).toEqual([`final: ${message}`]);
  });

  it('is not told where no probe failed, or it is ready by now', () => {
    expect(told(readiness, observation())).toEqual([]);
    const ready = pod({ status: { containerStatuses: [containerStatus({ ready: true })] } });
    expect(told(readiness, observation({ pods: [ready], events: [event('Unhealthy', 'Readiness probe failed')] }))).toEqual([]);
  });
});

it('does not blame the new version for what the old one was refused', () => {
  expect(told(admission, observation({ pods: [], replicaSets: refusing('old') }))).toEqual([]);
});

it('finds nothing wrong with a pod that is starting', () => {
  const starting = waiting('ContainerCreating');
  expect([image, configuration, crash, memory, scheduling, admission, readiness, eviction].flatMap((rule) => told(rule, starting))).toEqual(
    [],
  );
});
