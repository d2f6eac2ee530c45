import { setTimeout as sleep } from 'node:timers/promises';
import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { crashPoint } from '../crash-point.ts';
import { withExchange } from '../exchange.ts';
import { Failure } from '../failure.ts';
import { requestIdOf } from '../http/request-id.ts';
import type { Logger } from '../logs/logs.ts';
import type { Database, Transaction } from '../postgres/database.ts';
import { parseTraceparent } from '../telemetry/traceparent.ts';
import type { CheckData } from './check-data.ts';
import type { EventContract } from './contract.ts';
import { bury } from './dead-letters.ts';
import { type CloudEvent, EventError, parseEvent } from './event.ts';
import type { LogRecord } from './event-log.ts';
import { admit } from './inbox.ts';

/** Handles one event, in the transaction that also remembers it. */
export type EventHandler = (event: CloudEvent<never, never>, tx: Transaction) => Promise<void> | void;
export type ConsumerTable = Readonly<Record<string, EventHandler>>;

export interface HandlingParts {
  readonly db: Database;
  readonly contract: EventContract;
  readonly check: CheckData;
  readonly handlers: ConsumerTable;
  readonly tracer: Tracer;
  readonly logger: Logger;
  readonly system: string;
  readonly group: string;
  /** How often an event is tried before it becomes a dead letter. */
  readonly attempts: number;
  /** Lets a few events be handled at once, so that requests find a connection too. */
  inTurn(work: () => Promise<void>): Promise<void>;
  handled(record: LogRecord, outcome: { readonly type: string; readonly seconds: number; readonly error: string | undefined }): void;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
/** The longest that statements and calls on behalf of one event may take together. */
const EVENT_TIMEOUT_MS = 30_000;

/**
 * Handles a record once for good: its effect is committed, or it is a dead letter. A technical failure (a database or a service that
 * does not answer) is tried again for as long as it lasts; any other one a few times.
 * @throws the last failure where the signal ends first
 */
export async function handleRecord(parts: HandlingParts, record: LogRecord, signal: AbortSignal): Promise<void> {
  let attempts = 0;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await parts.inTurn(() => handleOnce(parts, record));
    } catch (error) {
      if (!isTechnical(error)) attempts++;
      if (error instanceof EventError || attempts >= parts.attempts) return await layToRest(parts, record, { error, attempts });
      parts.logger.warn({ error, topic: record.topic, key: record.key }, 'an event could not be handled yet');
      if (signal.aborted) throw error;
      await sleep(pause, undefined, { signal });
    }
  }
}

/** Nobody answered, or not in time: that says nothing about the event. */
export function isTechnical(error: unknown): boolean {
  return error instanceof Failure && error.answer.status !== 502;
}

async function handleOnce(parts: HandlingParts, record: LogRecord): Promise<void> {
  const event = parseEvent(record.value);
  if (!parts.contract.receives.has(event.type)) return; // somebody else's: a topic may hold more than one type
  crashPoint('consumer:before-handle');
  await observed(parts, { record, event }, () =>
    parts.db.transaction(async (tx) => {
      const admission = await admit(tx, event);
      if (admission === 'parked') await bury(tx, record, { cause: 'waits behind an earlier event of its key', attempts: 0 });
      if (admission === 'new') await apply(parts, event, tx);
      crashPoint('consumer:before-commit');
    }),
  );
  crashPoint('consumer:after-commit');
}

/**
 * Does what the service does with an event.
 * @throws EventError where it is not as the contract says, and whatever the handler throws
 */
export async function apply({ contract, check, handlers }: HandlingParts, event: CloudEvent, tx: Transaction): Promise<void> {
  const message = contract.receives.get(event.type);
  const complaint = message && check(message, event.data);
  if (complaint) throw new EventError(`The event ${event.type} breaks the contract: ${complaint}`);
  await handlers[event.type]?.(event as CloudEvent<never, never>, tx);
}

async function layToRest(
  { db, logger }: HandlingParts,
  record: LogRecord,
  { error, attempts }: { readonly error: unknown; readonly attempts: number },
): Promise<void> {
  logger.error({ error, topic: record.topic, key: record.key, attempts }, 'an event became a dead letter');
  await db.transaction(async (tx) => {
    const event = eventIn(record.value);
    if (event && (await admit(tx, event)) === 'known') return;
    await bury(tx, record, { cause: describe(error), attempts: Math.max(1, attempts) });
  });
}

function eventIn(value: string): CloudEvent | undefined {
  try {
    return parseEvent(value);
  } catch {
    return undefined;
  }
}

export function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

export interface Received {
  readonly record: LogRecord;
  readonly event: CloudEvent;
}

/** Runs work on an event in a span below the one that published it, with its request id, and counts it. */
export async function observed(parts: HandlingParts, { record, event }: Received, work: () => Promise<void>): Promise<void> {
  const startedAt = performance.now();
  const creation = parseTraceparent(event.traceparent, event.tracestate);
  const parent = creation ? trace.setSpanContext(ROOT_CONTEXT, creation) : ROOT_CONTEXT;
  const requestId = requestIdOf(event.requestid ?? event.id);
  // OpenTelemetry's messaging conventions: one message at a time may be a child of its creation, and links to it in any case.
  const span = parts.tracer.startSpan(
    `process ${record.topic}`,
    {
      kind: SpanKind.CONSUMER,
      links: creation ? [{ context: creation }] : [],
      attributes: attributesOf(parts, { record, event }, requestId),
    },
    parent,
  );
  let failure: unknown;
  try {
    const exchange = { requestId, deadline: startedAt + EVENT_TIMEOUT_MS };
    await context.with(withExchange(trace.setSpan(parent, span), exchange), async () => {
      await work();
      parts.logger.info(logFields(record, event, startedAt), 'event');
    });
  } catch (error) {
    failure = error;
    span.setStatus({ code: SpanStatusCode.ERROR, message: describe(error) });
    if (error instanceof Error) span.recordException(error);
    throw error;
  } finally {
    span.end();
    const error = failure === undefined ? undefined : failure instanceof Error ? failure.name : 'unknown';
    parts.handled(record, { type: event.type, seconds: (performance.now() - startedAt) / 1000, error });
  }
}

function logFields({ topic, key }: LogRecord, { type }: CloudEvent, startedAt: number) {
  return { event_type: type, topic, key, duration_ms: Math.round((performance.now() - startedAt) * 1000) / 1000 };
}

function attributesOf({ system, group }: HandlingParts, { record, event }: Received, requestId: string) {
  return {
    'messaging.system': system,
    'messaging.operation.name': 'process',
    'messaging.operation.type': 'process',
    'messaging.destination.name': record.topic,
    'messaging.destination.partition.id': String(record.partition),
    'messaging.consumer.group.name': group,
    'messaging.message.id': event.id,
    'cloudevents.event_type': event.type,
    'cloudevents.event_source': event.source,
    'request.id': requestId,
  };
}
