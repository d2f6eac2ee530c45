import type { SchemaPart } from '../postgres/schema-part.ts';

/** What events leave in the database of a service. */
export const EVENTS_SCHEMA: SchemaPart = {
  name: 'events',
  steps: [
    `CREATE TABLE svckit.outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic text NOT NULL,
  key text NOT NULL,
  value text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  published_at timestamptz
);
-- What is to be published is found by this mark, never by the last id seen: ids are committed out of order.
CREATE INDEX outbox_waiting ON svckit.outbox (id) WHERE published_at IS NULL;

CREATE TABLE svckit.inbox (
  source text NOT NULL,
  event_id text NOT NULL,
  handled_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (source, event_id)
);
CREATE INDEX inbox_age ON svckit.inbox USING brin (handled_at);

CREATE TABLE svckit.dead_letters (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic text NOT NULL,
  partition integer NOT NULL,
  log_offset bigint NOT NULL,
  key text NOT NULL,
  type text,
  event_id text,
  value text NOT NULL,
  cause text NOT NULL,
  attempts integer NOT NULL,
  dead_at timestamptz NOT NULL DEFAULT now(),
  replay_at timestamptz,
  UNIQUE (topic, partition, log_offset)
);
CREATE INDEX dead_letters_key ON svckit.dead_letters (key, id);`,
  ],
};
