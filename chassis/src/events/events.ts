import { readFileSync } from 'node:fs';
import { integer, url } from '../config/fields.ts';
import { NotReachable } from '../failure.ts';
import type { Database, Transaction } from '../postgres/database.ts';
import { DatabaseError } from '../postgres/errors.ts';
import { bringUp } from '../postgres/schema-part.ts';
import { identityBeside } from '../service/identity.ts';
import type { Need, NeedContext } from '../service/need.ts';
import type { Worker } from '../service/worker.ts';
import { createBell } from './bell.ts';
import { compileDataChecks } from './check-data.ts';
import { createConsumption } from './consumption.ts';
import { type EventContract, parseEventContract } from './contract.ts';
import { type DeadLetter, discardDeadLetter, type LetterChoice, listDeadLetters, replayDeadLetters } from './dead-letters.ts';
import type { CloudEvent, EventTypes, NewEvent } from './event.ts';
import type { EventLog } from './event-log.ts';
import { eventMetrics } from './event-metrics.ts';
import type { ConsumerTable } from './handle.ts';
import { LOG_PROTOCOLS, openEventLog } from './open-log.ts';
import { publish } from './publish.ts';
import { createRelay } from './relay.ts';
import { EVENTS_SCHEMA } from './schema.ts';

export { type BreakingChange, breakingChanges } from './additive.ts';
export { type EventContract, EventContractError, parseEventContract } from './contract.ts';
export { type DeadLetter, discardDeadLetter, type LetterChoice, listDeadLetters, replayDeadLetters } from './dead-letters.ts';
export { type CloudEvent, EventError, type NewEvent } from './event.ts';

export interface EventsOptions {
  /** The service's own database, which keeps what is to be published and what was handled. Name it among the needs too. */
  readonly db: Need<Database>;
  /** What the service sends and receives: an AsyncAPI 3 document. */
  readonly contract: URL;
  /** Where the log's address stands; default `EVENTS_URL`. */
  readonly variable?: string;
  /** How often an event is tried before it becomes a dead letter; default 5. A technical failure does not count. */
  readonly attempts?: number;
  /** How many events are handled at once; default 4. */
  readonly concurrency?: number;
  /** How long a process that died keeps others from its events, in milliseconds, where `EVENTS_LEASE_MS` does not say; default 10,000. */
  readonly leaseMs?: number;
}

/** One handler for each type of event that the contract receives. */
export type Consumers<Types extends EventTypes, Received extends keyof Types & string = keyof Types & string> = {
  readonly [Type in Received]: (event: CloudEvent<Type, Types[Type]>, tx: Transaction) => Promise<void> | void;
};

/** Events of one service; `Types` maps each type to its data. */
export interface Events<Types extends EventTypes> {
  /**
   * Publishes an event with the transaction: it leaves once that is committed, and never where it is not.
   * @returns its id
   * @throws EventContractError where the contract does not send such an event, or not with such data
   */
  publish<Type extends keyof Types & string>(tx: Transaction, event: NewEvent<Type, Types[Type]>): Promise<string>;
  /**
   * Handles what the contract receives: what a handler does with its transaction takes effect once, however often the event comes.
   * @throws EventContractError where an event has no handler or a handler no event
   */
  consume<Received extends keyof Types & string>(handlers: Consumers<Types, Received>): Worker;
  readonly deadLetters: {
    list(limit?: number): Promise<readonly DeadLetter[]>;
    /** Has them handled again, those of a key in their order. Returns how many were asked for. */
    replay(choice?: LetterChoice): Promise<number>;
    /** Gives one up for good. Those that wait behind it are handled. */
    discard(id: string): Promise<boolean>;
  };
}

type EventsFields = ReturnType<typeof fieldsOf>;

/** The need of events. The service starts once it has reached the log; after that it works while the log is gone. */
export function events<Types extends EventTypes>(options: EventsOptions): Need<Events<Types>, EventsFields> {
  return {
    fields: fieldsOf(options),
    async start(context) {
      const contract = parseEventContract(readFileSync(options.contract, 'utf8'));
      const db = await context.use(options.db);
      await bringUp(db, EVENTS_SCHEMA);
      const log = await open(context);
      return started<Types>({ options, contract, db, log, context });
    },
  };
}

function fieldsOf({ variable = 'EVENTS_URL', leaseMs = 10_000 }: EventsOptions) {
  return {
    url: url(variable, { protocols: LOG_PROTOCOLS, secret: true }),
    leaseMs: integer('EVENTS_LEASE_MS', { default: leaseMs, min: 100 }),
  };
}

type Context = NeedContext<{ readonly url: URL; readonly leaseMs: number }>;

async function open({ config, log, name }: Context): Promise<EventLog> {
  try {
    const onError = (error: unknown) => log.warn({ error }, `${name}: a connection to the log was lost`);
    return await openEventLog(config.url, { onError, leaseMs: config.leaseMs });
  } catch (error) {
    throw error instanceof DatabaseError ? new NotReachable(error.message, { cause: error }) : error;
  }
}

interface EventsParts {
  readonly options: EventsOptions;
  readonly contract: EventContract;
  readonly db: Database;
  readonly log: EventLog;
  readonly context: Context;
}

function started<Types extends EventTypes>({ options, contract, db, log, context }: EventsParts) {
  const { log: logger, metrics, tracer } = context;
  const { service } = identityBeside(options.contract);
  const measures = eventMetrics(
    metrics,
    db,
    [...contract.sends.values()].map(({ topic }) => topic),
  );
  const [outbox, letters] = [createBell(), createBell()];
  const common = { db, contract, check: compileDataChecks(contract), tracer, logger, system: log.system };
  const value: Events<Types> = {
    publish: (tx, event) => publish({ ...common, source: `/${service}`, bell: outbox }, tx, event),
    consume: (handlers) =>
      createConsumption({
        ...common,
        log,
        handlers: handlers as unknown as ConsumerTable,
        group: service,
        attempts: options.attempts ?? 5,
        concurrency: options.concurrency ?? 4,
        measures,
        letters,
      }),
    deadLetters: {
      list: (limit) => listDeadLetters(db, limit),
      replay: (choice) => replayDeadLetters(db, choice).finally(letters.ring),
      discard: (id) => discardDeadLetter(db, id).finally(letters.ring),
    },
  };
  const relay = createRelay({ db, log, logger, bell: outbox, published: measures.published });
  return { value, workers: contract.sends.size > 0 ? [relay] : [], stop: () => log.close() };
}
