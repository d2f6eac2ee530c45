import type { Worker } from '../service/worker.ts';
import { quietly } from '../telemetry/quiet.ts';
import type { Bell } from './bell.ts';
import { type EventContract, EventContractError } from './contract.ts';
import type { Consumer, EventLog } from './event-log.ts';
import type { EventMetrics } from './event-metrics.ts';
import { type ConsumerTable, type HandlingParts, handleRecord } from './handle.ts';
import { createLanes } from './lanes.ts';
import { createReplayer } from './replay.ts';

export interface ConsumptionParts extends Omit<HandlingParts, 'handled' | 'inTurn'> {
  readonly log: EventLog;
  readonly concurrency: number;
  readonly measures: EventMetrics;
  /** Rung when dead letters are to be handled again. */
  readonly letters: Bell;
}

/**
 * Handles the events that the contract receives, and dead letters where somebody asks for it.
 * @throws EventContractError where an event has no handler or a handler no event
 */
export function createConsumption(parts: ConsumptionParts): Worker {
  assertConsumers(parts.contract, parts.handlers);
  const { log, group, logger, measures } = parts;
  const handling: HandlingParts = { ...parts, handled: measures.handled, inTurn: createLanes(parts.concurrency) };
  const replayer = createReplayer(handling, parts.letters);
  const topics = [...new Set([...parts.contract.receives.values()].map(({ topic }) => topic))];
  let consumer: Consumer | undefined;
  return {
    start() {
      measures.follow(log, group, topics);
      replayer.start();
      consumer = quietly(() =>
        log.consume({
          group,
          topics,
          handle: (record, signal) => handleRecord(handling, record, signal),
          onError: (error) => logger.warn({ error }, 'events cannot be received at the moment'),
        }),
      );
    },
    async stop() {
      await Promise.all([consumer?.stop(), replayer.stop()]);
    },
  };
}

function assertConsumers({ receives }: EventContract, table: ConsumerTable): void {
  const missing = [...receives.keys()].filter((type) => typeof table[type] !== 'function');
  const surplus = Object.keys(table).filter((type) => !receives.has(type));
  const complaints = [
    ...missing.map((type) => `the event ${type} has no consumer`),
    ...surplus.map((type) => `the consumer ${type} has no event that the contract receives`),
  ];
  if (complaints.length > 0) throw new EventContractError(`Contract and consumers differ: ${complaints.join('; ')}`);
}
