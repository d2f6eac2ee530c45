import type { Metrics } from '../metrics/metrics.ts';
import type { Database } from '../postgres/database.ts';
import { sql } from '../postgres/sql.ts';
import { quietly } from '../telemetry/quiet.ts';
import type { EventLog, LogRecord } from './event-log.ts';
import type { HandlingParts } from './handle.ts';

export interface EventMetrics {
  published(topic: string, count: number): void;
  readonly handled: HandlingParts['handled'];
  /** Has the lag of a group told, from now on. */
  follow(log: EventLog, group: string, topics: readonly string[]): void;
}

/** What is told of events: names by OpenTelemetry's messaging conventions where they have one. */
export function eventMetrics(metrics: Metrics, db: Database, topics: Iterable<string>): EventMetrics {
  const sent = metrics.counter({
    name: 'messaging_client_sent_messages_total',
    help: 'Events brought from the outbox to the log',
    labels: ['messaging_destination_name'],
  });
  // From zero: the first event is an increase as well.
  for (const topic of topics) sent.inc({ messaging_destination_name: topic }, 0);
  const processed = metrics.histogram({
    name: 'messaging_process_duration_seconds',
    help: 'Duration of handling an event; error_type is empty where it went well',
    labels: ['messaging_destination_name', 'cloudevents_event_type', 'error_type'],
  });
  tellCounts(metrics, db);
  return {
    published: (topic, count) => sent.inc({ messaging_destination_name: topic }, count),
    handled({ topic }: LogRecord, { type, seconds, error }) {
      processed.observe({ messaging_destination_name: topic, cloudevents_event_type: type, error_type: error ?? '' }, seconds);
    },
    follow: (log, group, topics) => tellLag(metrics, () => log.lag(group, topics)),
  };
}

interface Counts {
  readonly waiting: number;
  readonly oldest: number;
  readonly dead: number;
}

/** One query a scrape for the three of them. Where the database does not answer, they say what they said before. */
function tellCounts(metrics: Metrics, db: Database): void {
  const oldest = metrics.gauge({ name: 'events_outbox_age_seconds', help: 'How long the oldest event has waited to be published' });
  const dead = metrics.gauge({ name: 'events_dead_letters', help: 'Events that could not be handled, and those that wait behind them' });
  metrics.gauge({
    name: 'events_outbox_waiting',
    help: 'Events that are not published yet',
    async collect(gauge) {
      const counts = await quietly(() => countAll(db)).catch(() => undefined);
      if (!counts) return;
      gauge.set(counts.waiting);
      oldest.set(counts.oldest);
      dead.set(counts.dead);
    },
  });
}

function countAll(db: Database): Promise<Counts | undefined> {
  return db.first<Counts>(sql`
    SELECT count(*)::integer AS waiting, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS oldest,
      (SELECT count(*) FROM svckit.dead_letters)::integer AS dead
    FROM svckit.outbox WHERE published_at IS NULL`);
}

function tellLag(metrics: Metrics, ask: () => ReturnType<EventLog['lag']>): void {
  metrics.gauge({
    name: 'events_consumer_lag',
    help: 'Records of the log that this service has not acknowledged',
    labels: ['messaging_destination_name', 'messaging_destination_partition_id'],
    async collect(gauge) {
      const lags = await ask().catch(() => []);
      for (const { topic, partition, records } of lags) {
        gauge.set({ messaging_destination_name: topic, messaging_destination_partition_id: String(partition) }, records);
      }
    },
  });
}
