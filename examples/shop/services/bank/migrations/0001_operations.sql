CREATE TABLE operations (
  key text PRIMARY KEY,
  kind text NOT NULL,
  reference uuid NOT NULL,
  amount bigint NOT NULL CHECK (amount >= 0),
  card text NOT NULL,
  approved boolean NOT NULL
);
CREATE INDEX operations_of ON operations (reference);

-- How often each key was asked, whether or not anything was done: kept apart, so that a failure does not forget it.
CREATE TABLE asks (
  key text PRIMARY KEY,
  times integer NOT NULL
);
