import type { Attributes, AttributeValue, Exception, Link, Span, SpanContext, SpanKind, SpanStatus, TimeInput } from '@opentelemetry/api';
import type { Clock } from './clock.ts';

/** A finished span: what is exported. Times are milliseconds since 1970, with fractions. */
export interface SpanData {
  readonly context: SpanContext;
  readonly parentId: string | undefined;
  readonly name: string;
  readonly kind: SpanKind;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  readonly links: readonly Link[];
  readonly status: SpanStatus;
  /** What was too much to be kept. */
  readonly dropped: { readonly attributes: number; readonly events: number; readonly links: number };
}

export interface SpanEvent {
  readonly name: string;
  readonly at: number;
  readonly attributes: Attributes;
}

export interface SpanStart {
  readonly name: string;
  readonly kind: SpanKind;
  readonly context: SpanContext;
  readonly parentId: string | undefined;
  readonly attributes: Attributes | undefined;
  readonly startedAt: number;
  readonly now: Clock;
  onEnd(span: SpanData): void;
}

/** OpenTelemetry's default limit for attributes, events and links alike. */
const MOST = 128;
/** SpanStatusCode.UNSET and .OK, as numbers: the enum is not erasable. */
const UNSET = 0;
const OK = 1;

/**
 * A span that is recorded. OpenTelemetry's own SDK makes the same of it for 6 µs more a request and 6 MB more a process; what
 * it does beside (processors, resources, views) a service does not use.
 */
export class RecordedSpan implements Span, SpanData {
  readonly context: SpanContext;
  readonly parentId: string | undefined;
  readonly kind: SpanKind;
  readonly startedAt: number;
  readonly attributes: Attributes = {};
  readonly events: SpanEvent[] = [];
  readonly links: Link[] = [];
  readonly dropped = { attributes: 0, events: 0, links: 0 };
  name: string;
  endedAt = 0;
  status: SpanStatus = { code: UNSET };
  #count = 0;
  readonly #now: Clock;
  readonly #onEnd: (span: SpanData) => void;

  constructor(start: SpanStart) {
    this.name = start.name;
    this.kind = start.kind;
    this.context = start.context;
    this.parentId = start.parentId;
    this.startedAt = start.startedAt;
    this.#now = start.now;
    this.#onEnd = start.onEnd;
    if (start.attributes) this.setAttributes(start.attributes);
  }

  spanContext(): SpanContext {
    return this.context;
  }

  isRecording(): boolean {
    return this.endedAt === 0;
  }

  setAttribute(key: string, value: AttributeValue | undefined): this {
    if (value == null || !this.isRecording()) return this;
    if (this.#count >= MOST && !(key in this.attributes)) {
      this.dropped.attributes++;
      return this;
    }
    if (!(key in this.attributes)) this.#count++;
    this.attributes[key] = value;
    return this;
  }

  setAttributes(attributes: Attributes): this {
    for (const key in attributes) this.setAttribute(key, attributes[key]);
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    const attributes = isTime(attributesOrTime) ? {} : (attributesOrTime ?? {});
    const at = milliseconds(isTime(attributesOrTime) ? attributesOrTime : time, this.#now);
    if (this.events.length < MOST) this.events.push({ name, at, attributes });
    else this.dropped.events++;
    return this;
  }

  addLink(link: Link): this {
    if (this.links.length < MOST) this.links.push(link);
    else this.dropped.links++;
    return this;
  }

  addLinks(links: Link[]): this {
    for (const link of links) this.addLink(link);
    return this;
  }

  /** `OK` is final, and nothing sets a status back. */
  setStatus(status: SpanStatus): this {
    if (status.code !== UNSET && this.status.code !== OK && this.isRecording()) this.status = status;
    return this;
  }

  updateName(name: string): this {
    this.name = name;
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    const { name, message, stack } = typeof exception === 'string' ? { name: 'Error', message: exception, stack: '' } : exception;
    this.addEvent('exception', { 'exception.type': name, 'exception.message': message, 'exception.stacktrace': stack }, time);
  }

  end(time?: TimeInput): void {
    if (!this.isRecording()) return;
    this.endedAt = Math.max(this.startedAt, milliseconds(time, this.#now));
    this.#onEnd(this);
  }
}

function isTime(value: unknown): value is TimeInput {
  return typeof value === 'number' || value instanceof Date || Array.isArray(value);
}

/** Any of the API's forms of a time: milliseconds since 1970 or since the process began, a date, seconds with nanoseconds. */
export function milliseconds(time: TimeInput | undefined, now: Clock): number {
  if (time === undefined) return now();
  if (Array.isArray(time)) return time[0] * 1000 + time[1] / 1_000_000;
  if (time instanceof Date) return time.getTime();
  return time < performance.timeOrigin ? time + performance.timeOrigin : time;
}
