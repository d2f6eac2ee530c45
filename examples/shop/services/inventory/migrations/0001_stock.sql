-- The checks are the last line of defence: whatever the code above them forgets, nothing is sold that is not there.
CREATE TABLE stock (
  product_id uuid PRIMARY KEY,
  on_hand integer NOT NULL CHECK (on_hand >= 0),
  reserved integer NOT NULL DEFAULT 0 CHECK (reserved BETWEEN 0 AND on_hand)
);

CREATE TABLE deliveries (
  id uuid PRIMARY KEY,
  product_id uuid NOT NULL REFERENCES stock,
  quantity integer NOT NULL CHECK (quantity > 0),
  received_at timestamptz NOT NULL DEFAULT now()
);

-- A released row without lines is a tombstone: the release came before the reservation, which is refused then.
CREATE TABLE reservations (
  order_id uuid PRIMARY KEY,
  state text NOT NULL CHECK (state IN ('held', 'refused', 'committed', 'released', 'expired')),
  expires_at timestamptz NOT NULL
);
CREATE INDEX reservations_to_expire ON reservations (expires_at) WHERE state = 'held';

CREATE TABLE reservation_lines (
  order_id uuid NOT NULL REFERENCES reservations,
  product_id uuid NOT NULL,
  quantity integer NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (order_id, product_id)
);
