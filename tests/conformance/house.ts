import { afterAll, beforeAll } from 'vitest';
import { type FakeUpstream, fakeUpstream } from '../../chassis/src/testing/fake-upstream.ts';
import { type Instance, launch, ready } from './process.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import type { Subject } from './subject.ts';

type Env = Readonly<Record<string, string>>;

/** What all sections share: a running service, the peer that it calls, and where its spans go. */
export interface House {
  readonly subject: Subject;
  instance(): Instance;
  peer(): FakeUpstream;
  receiver(): Receiver;
  /** The environment that the running service has. */
  env(): Env;
  /** Another process of the service, ready; ended with the suite. */
  start(env?: Env): Promise<Instance>;
  /** Another process, not waited for, in exactly this environment. */
  launch(env: Env): Promise<Instance>;
}

interface Open {
  readonly env: Env;
  readonly peer: FakeUpstream;
  readonly receiver: Receiver;
  readonly clear: () => Promise<unknown>;
}

/** Opens the house before the tests of the suite around it, and clears it away after them. */
export function openHouse(subject: Subject): House {
  const started: Instance[] = [];
  let open: Open | undefined;
  let instance: Instance | undefined;
  const kept = async (env: Env) => {
    const one = await launch(subject, env);
    started.push(one);
    return one;
  };
  const keptReady = async (env: Env) => {
    const one = await kept(env);
    await ready(one, subject.startPatienceMs);
    return one;
  };
  beforeAll(async () => {
    open = await furnish(subject);
    instance = await keptReady(open.env);
  });
  afterAll(async () => {
    await Promise.all(started.map((one) => one.end()));
    await open?.clear();
  });
  return {
    subject,
    instance: () => there(instance),
    peer: () => there(open).peer,
    receiver: () => there(open).receiver,
    env: () => there(open).env,
    start: (env = {}) => keptReady({ ...there(open).env, ...env }),
    launch: kept,
  };
}

async function furnish(subject: Subject): Promise<Open> {
  const [prepared, peer, receiver] = await Promise.all([subject.prepare(), fakeUpstream({}), startReceiver()]);
  const peerEnv = subject.peer ? { [subject.peer.variable]: peer.url } : {};
  return {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...peerEnv, ...prepared.env },
    peer,
    receiver,
    clear: () => Promise.all([prepared.stop(), peer.stop(), receiver.stop()]),
  };
}

function there<T>(thing: T | undefined): T {
  if (thing === undefined) throw new Error('The service has not started');
  return thing;
}
