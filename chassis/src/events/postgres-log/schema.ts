/** The log's tables, in a schema of their own. A step that was released does not change: add another one. */
export const LOG_SCHEMA: readonly string[] = [
  `CREATE SCHEMA IF NOT EXISTS event_log;

-- The offset that a partition's next record gets. Whoever appends holds this row until the commit, so that records of a partition
-- appear in the order of their offsets and without a gap: a reader that goes on after the last one it saw misses nothing.
CREATE TABLE event_log.partitions (
  topic text NOT NULL,
  partition integer NOT NULL,
  next_offset bigint NOT NULL,
  PRIMARY KEY (topic, partition)
);

CREATE TABLE event_log.records (
  topic text NOT NULL,
  partition integer NOT NULL,
  "offset" bigint NOT NULL,
  key text NOT NULL,
  value text NOT NULL,
  appended_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (topic, partition, "offset")
);

CREATE TABLE event_log.members (
  "group" text NOT NULL,
  member text NOT NULL,
  topics text[] NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY ("group", member)
);

-- Where a group goes on in a partition, and which member does. A new holder raises the epoch, which refuses what the one before
-- still acknowledges.
CREATE TABLE event_log.leases (
  "group" text NOT NULL,
  topic text NOT NULL,
  partition integer NOT NULL,
  next_offset bigint NOT NULL DEFAULT 0,
  epoch bigint NOT NULL DEFAULT 0,
  holder text,
  expires_at timestamptz,
  PRIMARY KEY ("group", topic, partition)
);`,
];
