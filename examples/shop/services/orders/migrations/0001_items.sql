-- Ids are UUIDv7, which rise with time: the primary key also serves the list, newest first.
CREATE TABLE items (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  belongs_to uuid, -- may be kept by another service, so there is no foreign key
  created_at timestamptz(3) NOT NULL
);
