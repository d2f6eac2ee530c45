-- Ids are UUIDv7, which rise with time: the primary key also serves the list, newest first.
CREATE TABLE products (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  description text NOT NULL,
  price integer NOT NULL CHECK (price >= 0),
  version integer NOT NULL DEFAULT 1
);
