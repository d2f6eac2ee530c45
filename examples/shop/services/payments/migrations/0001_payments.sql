-- `wanted` is what was asked for, `state` what the provider has confirmed: where they differ, the provider is asked again.
-- A voided row without a card is a tombstone: the order was cancelled before it asked for money, and gets none then.
CREATE TABLE payments (
  order_id uuid PRIMARY KEY,
  user_id uuid,
  amount bigint NOT NULL CHECK (amount >= 0),
  card text, -- the provider's token, never a card's number
  state text NOT NULL CHECK (state IN ('pending', 'authorised', 'declined', 'captured', 'voided', 'refunded')),
  wanted text NOT NULL CHECK (wanted IN ('authorised', 'captured', 'voided', 'refunded')),
  attempts integer NOT NULL DEFAULT 0,
  ask_again_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX payments_to_settle ON payments (ask_again_at) WHERE state <> wanted AND state <> 'declined';

-- Each operation on money, when it was asked for and what came of it. Rows are added and never changed.
CREATE TABLE ledger (
  order_id uuid NOT NULL REFERENCES payments,
  operation text NOT NULL CHECK (operation IN ('AUTHORISE', 'CAPTURE', 'VOID', 'REFUND')),
  phase text NOT NULL CHECK (phase IN ('REQUEST', 'SUCCESS', 'FAILURE')),
  amount bigint NOT NULL CHECK (amount >= 0),
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (order_id, operation, phase)
);
CREATE FUNCTION keep_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the ledger is only added to';
END $$;
CREATE TRIGGER ledger_is_kept BEFORE UPDATE OR DELETE ON ledger FOR EACH ROW EXECUTE FUNCTION keep_ledger();
