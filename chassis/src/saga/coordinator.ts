import { context, ROOT_CONTEXT, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { bounded } from '../bounded.ts';
import { crashPoint } from '../crash-point.ts';
import { type Bell, createBell } from '../events/bell.ts';
import { withExchange } from '../exchange.ts';
import { requestIdOf } from '../http/request-id.ts';
import type { Logger } from '../logs/logs.ts';
import { afterCommit, type Database, type Transaction } from '../postgres/database.ts';
import type { Worker } from '../service/worker.ts';
import { quietly } from '../telemetry/quiet.ts';
import { parseTraceparent } from '../telemetry/traceparent.ts';
import { planOf, Refused, type SagaDefinition, stepNames } from './definition.ts';
import { type Action, begin, decisionOf, type Event, type Plan, proceed, type State, step } from './machine.ts';
import { lockDue, MovedOn, retrySaga, type StoredSaga, saveSaga } from './store.ts';

export type SagaData = Readonly<Record<string, unknown>>;

export interface CoordinatorParts {
  readonly db: Database;
  readonly name: string;
  readonly definition: SagaDefinition<SagaData>;
  readonly tracer: Tracer;
  readonly logger: Logger;
  /** Rung when a saga was started or moved by hand. */
  readonly bell: Bell;
  /** How long a process that died keeps others from its sagas; an attempt gets half of it. */
  readonly claimMs: number;
  readonly concurrency: number;
  /** Told when a saga is decided. */
  decided(id: string): void;
}

type ClaimedSaga = StoredSaga & { readonly state: State };

/** A saga that this process holds, with what is to be done. */
interface Claim {
  readonly saga: ClaimedSaga;
  readonly action: Action | undefined;
}

interface Coordinator extends CoordinatorParts {
  readonly plan: Plan;
  readonly names: readonly string[];
}

/** What sagas of other processes have come due is found within this time. */
const LOOK_MS = 500;

/** Moves sagas on, from wherever they stand, a few at once. */
export function createCoordinator(parts: CoordinatorParts): Worker {
  const coordinator: Coordinator = { ...parts, plan: planOf(parts.definition, parts.claimMs), names: stepNames(parts.definition) };
  const free = createBell();
  const underWay = new Set<Promise<void>>();
  let stopped = false;
  let working: Promise<void> = Promise.resolve();

  const carryOn = (claimed: Claim) => {
    const going = advance(coordinator, claimed, () => stopped)
      .catch((error) => {
        if (!(error instanceof MovedOn)) parts.logger.warn({ error, saga: claimed.saga.id }, 'a saga could not be moved on');
      })
      .finally(() => {
        underWay.delete(going);
        free.ring();
      });
    underWay.add(going);
  };
  const work = async () => {
    while (!stopped) {
      if (underWay.size >= parts.concurrency) {
        await free.wait(LOOK_MS);
        continue;
      }
      const claimed = await claim(coordinator).catch((error) => {
        parts.logger.warn({ error }, 'sagas cannot be looked at');
        return undefined;
      });
      if (claimed) carryOn(claimed);
      else if (!stopped) await parts.bell.wait(LOOK_MS);
    }
    await Promise.all(underWay);
  };
  return {
    start() {
      working = quietly(work);
    },
    async stop() {
      stopped = true;
      parts.bell.ring();
      free.ring();
      await working;
    },
  };
}

/** Takes a saga that is due, and keeps what is about to be done before it is done. */
function claim(coordinator: Coordinator): Promise<Claim | undefined> {
  return coordinator.db.transaction(async (tx) => {
    const found = await lockDue(tx, coordinator.name);
    if (!found) return undefined;
    const { readAt: at, undoReason: reason } = found;
    const state = found.state.is === 'new' ? begin(coordinator.plan, at) : found.state;
    return keep(coordinator, tx, {
      saga: { ...found, state },
      at,
      ...(reason !== undefined && { event: { type: 'compensate', reason, at } }),
    });
  });
}

interface Move {
  readonly saga: ClaimedSaga;
  readonly at: number;
  readonly event?: Event;
  readonly error?: string;
}

/** Keeps the state that an event leads to, and with it the beginning of what comes next. */
async function keep(coordinator: Coordinator, tx: Transaction, { saga, at, event, error }: Move): Promise<Claim> {
  const { plan, definition, name } = coordinator;
  const moved = event ? step(plan, saga.state, event)[0] : saga.state;
  const [state, [action]] = proceed(plan, moved, at);
  const next = { ...saga, state };
  await saveSaga(tx, { name, saga: next, plan, step: 'step' in state ? coordinator.names[state.step] : undefined, error });
  if (decisionOf(plan, saga.state) !== decisionOf(plan, state)) {
    if ('reason' in state) await definition.refused?.(tx, { id: saga.id, data: saga.data, reason: state.reason });
    afterCommit(tx, () => coordinator.decided(saga.id));
  }
  return { saga: { ...next, version: String(BigInt(saga.version) + 1n) }, action };
}

/** Does one thing after the other for as long as it goes well; what is delayed is taken up again when it is due. */
async function advance(coordinator: Coordinator, claimed: Claim, isStopped: () => boolean): Promise<void> {
  const startedAt = performance.now();
  const now = () => claimed.saga.readAt + performance.now() - startedAt;
  let { saga, action } = claimed;
  while (action) {
    if (isStopped()) return void (await retrySaga(coordinator.db, { name: coordinator.name, id: saga.id }));
    crashPoint('saga:before-call');
    ({ saga, action } = await perform(coordinator, { saga, action, now }));
    crashPoint('saga:after-save');
  }
}

interface Doing {
  readonly saga: ClaimedSaga;
  readonly action: Action;
  readonly now: () => number;
}

/** Does one thing, in a span of the trace that started the saga, and keeps what became of it. */
function perform(coordinator: Coordinator, doing: Doing): Promise<Claim> {
  const { saga, action } = doing;
  const parent = parseTraceparent(saga.traceparent);
  const within = parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
  const requestId = requestIdOf(saga.requestId);
  const label = `${action.do === 'undo' ? 'undo ' : ''}${coordinator.names[action.step]}`;
  const span = coordinator.tracer.startSpan(
    `${coordinator.name} ${label}`,
    { attributes: { 'request.id': requestId, 'saga.id': saga.id } },
    within,
  );
  const exchange = { requestId, deadline: performance.now() + coordinator.claimMs / 2 };
  return context.with(withExchange(trace.setSpan(within, span), exchange), async () => {
    try {
      return await (action.do === 'act' && action.step === coordinator.plan.pivot ? decide(coordinator, doing) : call(coordinator, doing));
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: describe(error) });
      return await keepFailure(coordinator, doing, error);
    } finally {
      span.end();
    }
  });
}

/** The pivot and the state that says so are committed together. */
function decide(coordinator: Coordinator, { saga, now }: Doing): Promise<Claim> {
  return coordinator.db.transaction(async (tx) => {
    const more = await coordinator.definition.pivot.act(tx, saga);
    const at = now();
    return keep(coordinator, tx, { saga: { ...saga, data: { ...saga.data, ...more } }, at, event: { type: 'succeeded', at } });
  });
}

async function call(coordinator: Coordinator, { saga, action, now }: Doing): Promise<Claim> {
  const { before, after } = coordinator.definition;
  const { pivot } = coordinator.plan;
  const work = action.do === 'undo' ? before[action.step]?.undo : (before[action.step] ?? after[action.step - pivot - 1])?.act;
  const over = new AbortController();
  const name = coordinator.names[action.step];
  const key = `${coordinator.name}:${saga.id}:${action.do === 'undo' ? 'undo-' : ''}${name}`;
  const given = Promise.resolve(work?.({ id: saga.id, data: saga.data, key, signal: over.signal }));
  const more = await bounded(coordinator.claimMs / 2, given, () => {
    over.abort();
    throw new Error(`${name} took longer than ${coordinator.claimMs / 2} ms`);
  });
  crashPoint('saga:after-call');
  const at = now();
  const moved: Move = { saga: { ...saga, data: { ...saga.data, ...more } }, at, event: { type: 'succeeded', at } };
  return coordinator.db.transaction((tx) => keep(coordinator, tx, moved));
}

/** A refusal turns the saga back, anything else delays it. Where the saga has moved on, what failed here does not matter. */
function keepFailure(coordinator: Coordinator, { saga, now }: Doing, error: unknown): Promise<Claim> {
  if (error instanceof MovedOn) throw error;
  const at = now();
  const event: Event = error instanceof Refused ? { type: 'refused', reason: error.message, at } : { type: 'failed', at };
  if (event.type === 'failed') coordinator.logger.warn({ error, saga: saga.id }, 'a step of a saga is to be done again');
  return coordinator.db.transaction((tx) => keep(coordinator, tx, { saga, at, event, error: describe(error) }));
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
