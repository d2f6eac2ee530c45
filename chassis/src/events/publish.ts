import { context, SpanKind, type Tracer, trace } from '@opentelemetry/api';
import { afterCommit, type Transaction } from '../postgres/database.ts';
import { sql } from '../postgres/sql.ts';
import type { Bell } from './bell.ts';
import type { CheckData } from './check-data.ts';
import { type EventContract, EventContractError, type EventMessage } from './contract.ts';
import { type CloudEvent, envelope, type NewEvent } from './event.ts';

export interface PublisherParts {
  readonly contract: EventContract;
  readonly check: CheckData;
  readonly source: string;
  readonly system: string;
  readonly tracer: Tracer;
  /** Rung once the transaction is committed. */
  readonly bell: Bell;
}

/**
 * Puts an event into the outbox, in a transaction of the service.
 * @returns the id of the event
 * @throws EventContractError where the contract does not send such an event, or not with such data
 */
export async function publish(parts: PublisherParts, tx: Transaction, event: NewEvent<string, unknown>): Promise<string> {
  const message = parts.contract.sends.get(event.type);
  if (!message) throw new EventContractError(`The contract names no event ${event.type} that this service sends`);
  // As the other side will read it: dates are text, undefined members are gone.
  const data: unknown = JSON.parse(JSON.stringify(event.data));
  const complaint = parts.check(message, data);
  if (complaint) throw new EventContractError(`The event ${event.type} breaks the contract: ${complaint}`);
  const made = within(parts, message, () => envelope({ ...event, data }, parts.source));
  await tx.execute(sql`INSERT INTO svckit.outbox (topic, key, value) VALUES (${message.topic}, ${event.key}, ${JSON.stringify(made)})`);
  afterCommit(tx, () => parts.bell.ring());
  return made.id;
}

/** The event carries the span of its creation, so that whoever handles it joins the trace. */
function within({ tracer, system }: PublisherParts, { type, topic }: EventMessage, make: () => CloudEvent): CloudEvent {
  const span = tracer.startSpan(`publish ${topic}`, {
    kind: SpanKind.PRODUCER,
    attributes: {
      'messaging.system': system,
      'messaging.operation.name': 'publish',
      'messaging.operation.type': 'send',
      'messaging.destination.name': topic,
      'cloudevents.event_type': type,
    },
  });
  try {
    const event = context.with(trace.setSpan(context.active(), span), make);
    span.setAttribute('messaging.message.id', event.id);
    return event;
  } finally {
    span.end();
  }
}
