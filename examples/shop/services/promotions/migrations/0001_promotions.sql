-- Points and uses that are held are already taken off: what is left can be given to others, and never falls below zero.
CREATE TABLE coupons (
  code text PRIMARY KEY,
  discount integer NOT NULL CHECK (discount >= 0),
  uses integer NOT NULL CHECK (uses > 0),
  uses_left integer NOT NULL CHECK (uses_left BETWEEN 0 AND uses)
);

CREATE TABLE points (
  user_id uuid PRIMARY KEY,
  balance integer NOT NULL CHECK (balance >= 0)
);

-- Where each point came from and went to; the balance is their sum.
CREATE TABLE points_ledger (
  user_id uuid NOT NULL REFERENCES points,
  reason text NOT NULL CHECK (reason IN ('granted', 'held', 'given back', 'held again')),
  reference uuid NOT NULL, -- the grant, or the order
  change integer NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (reference, reason, user_id)
);

-- A released row without a user is a tombstone: the release came before the hold, which is refused then.
CREATE TABLE holds (
  order_id uuid PRIMARY KEY,
  state text NOT NULL CHECK (state IN ('held', 'refused', 'spent', 'released', 'expired')),
  user_id uuid,
  coupon text REFERENCES coupons,
  points integer NOT NULL DEFAULT 0,
  discount integer NOT NULL DEFAULT 0,
  reason text,
  wish jsonb,
  expires_at timestamptz NOT NULL
);
CREATE INDEX holds_to_expire ON holds (expires_at) WHERE state = 'held';
