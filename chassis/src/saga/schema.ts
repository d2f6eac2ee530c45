import type { SchemaPart } from '../postgres/schema-part.ts';

export const SAGAS_SCHEMA: SchemaPart = {
  name: 'sagas',
  steps: [
    `CREATE TABLE svckit.sagas (
  name text NOT NULL,
  id text NOT NULL,
  version bigint NOT NULL DEFAULT 0,
  state jsonb NOT NULL,
  data jsonb NOT NULL,
  decision text,
  -- Of the state, for those who look for work and for what is stuck; due_at is empty once a saga has ended.
  due_at timestamptz,
  deadline_at timestamptz,
  undo_reason text,
  last_error text,
  traceparent text,
  request_id text,
  started_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (name, id)
);
CREATE INDEX sagas_due ON svckit.sagas (name, due_at) WHERE due_at IS NOT NULL;`,
    `ALTER TABLE svckit.sagas ADD COLUMN step text; -- what the step in hand is called`,
  ],
};
