-- Whoever replaces a cart names the version that was read: of two changes at once neither is lost.
CREATE TABLE carts (
  user_id uuid PRIMARY KEY,
  version integer NOT NULL,
  lines jsonb NOT NULL
);

-- What products says of itself, kept here so that carts can be shown while it is down. Of two copies the newer one stays.
CREATE TABLE product_copies (
  product_id uuid PRIMARY KEY,
  name text NOT NULL,
  price integer NOT NULL CHECK (price >= 0),
  version integer NOT NULL
);
