import { randomUUID } from 'node:crypto';
import { context, trace } from '@opentelemetry/api';
import { exchangeOf } from '../exchange.ts';
import { traceHeaders } from '../telemetry/traceparent.ts';

/** What types of events there are, and the data of each. */
export type EventTypes = object;

/**
 * An event in the envelope of CloudEvents 1.0 (structured mode, JSON). `subject` is the key: what it is about, in whose order it
 * stays. `traceparent` and `tracestate` are the extension of that name; `requestid` is ours.
 */
export interface CloudEvent<Type extends string = string, Data = unknown> {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: Type;
  readonly subject: string;
  /** RFC 3339. */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: Data;
  readonly traceparent?: string;
  readonly tracestate?: string;
  readonly requestid?: string;
}

/** An event as its author gives it. */
export interface NewEvent<Type extends string, Data> {
  readonly type: Type;
  /** What it is about: events of one key arrive in the order in which they were published. */
  readonly key: string;
  readonly data: Data;
}

/** Puts an event into its envelope, with what the current request is known by. */
export function envelope<Type extends string, Data>({ type, key, data }: NewEvent<Type, Data>, source: string): CloudEvent<Type, Data> {
  const span = trace.getSpanContext(context.active());
  const requestid = exchangeOf()?.requestId;
  return {
    specversion: '1.0',
    id: randomUUID(),
    source,
    type,
    subject: key,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    ...(span && traceHeaders(span)),
    ...(requestid !== undefined && { requestid }),
    data,
  };
}

/** What was received is no event. It will not become one by being tried again. */
export class EventError extends Error {
  override readonly name = 'EventError';
}

/** @throws EventError where the text is no CloudEvent with all that a consumer leans on */
export function parseEvent(text: string): CloudEvent {
  const event = parseJson(text);
  const broken = (['id', 'source', 'type', 'subject'] as const).find((name) => typeof event[name] !== 'string' || event[name] === '');
  if (broken) throw new EventError(`The event has no ${broken}`);
  if (event.specversion !== '1.0') throw new EventError(`The event is not of CloudEvents 1.0: its specversion is ${event.specversion}`);
  return event as CloudEvent;
}

function parseJson(text: string): Partial<CloudEvent> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch (error) {
    throw new EventError(`The event is not JSON: ${(error as Error).message}`, { cause: error });
  }
  throw new EventError('The event is not a JSON object');
}
