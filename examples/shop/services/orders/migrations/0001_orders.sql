-- Ids are UUIDv7, which rise with time: they also serve the list, newest first. Money is in minor units.
CREATE TABLE orders (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL,
  state text NOT NULL CHECK (state IN ('PENDING', 'CONFIRMED', 'CANCELLED')),
  reason text CHECK ((reason IS NOT NULL) = (state = 'CANCELLED')),
  coupon text,
  points integer,
  card text NOT NULL, -- the provider's token, never a card's number
  total bigint NOT NULL CHECK (total >= 0),
  discount bigint CHECK (discount BETWEEN 0 AND total), -- unknown until promotions has said so
  amount bigint GENERATED ALWAYS AS (total - discount) STORED,
  coordinated boolean NOT NULL,
  reserved boolean NOT NULL DEFAULT false, -- whether stock is held, as far as an order without a coordinator was told
  decide_by timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX orders_of_user ON orders (user_id, id DESC);
CREATE INDEX orders_to_decide ON orders (decide_by) WHERE state = 'PENDING' AND NOT coordinated;

CREATE TABLE order_lines (
  order_id uuid NOT NULL REFERENCES orders,
  product_id uuid NOT NULL,
  name text NOT NULL,
  price bigint NOT NULL CHECK (price >= 0),
  quantity integer NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (order_id, product_id)
);

-- Each state that an order came into, written with it. An order is decided once: from there on it stays as it is.
CREATE TABLE order_transitions (
  order_id uuid NOT NULL REFERENCES orders,
  from_state text,
  to_state text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (order_id, to_state)
);
CREATE FUNCTION keep_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.state <> 'PENDING' THEN
    RAISE EXCEPTION 'order % is % already', OLD.id, OLD.state;
  END IF;
  INSERT INTO order_transitions (order_id, from_state, to_state)
  VALUES (NEW.id, CASE TG_OP WHEN 'UPDATE' THEN OLD.state END, NEW.state);
  RETURN NULL;
END $$;
CREATE TRIGGER order_is_taken AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION keep_transition();
CREATE TRIGGER order_is_decided AFTER UPDATE ON orders FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION keep_transition();

-- What is known of products: what they are called now, and what they cost where nobody can be asked.
CREATE TABLE product_copies (
  product_id uuid PRIMARY KEY,
  name text NOT NULL,
  price bigint NOT NULL,
  version integer NOT NULL
);
