-- Instants are ms since the epoch on the process clock, unless the name says wall; money is in minor
-- units of the shop's currency. Nothing here asks SQL for the time.

CREATE TABLE settings (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  mode text NOT NULL CHECK (mode IN ('live', 'shadow', 'paused')),
  -- What `paused` goes back to.
  mode_before_pause text NOT NULL CHECK (mode_before_pause IN ('live', 'shadow')),
  alerts_paused boolean NOT NULL,
  -- Draws arms and treatments: another salt is another experiment.
  salt text NOT NULL
);

CREATE TABLE policies (
  version integer PRIMARY KEY,
  document text NOT NULL,
  applied_at bigint NOT NULL
);

CREATE TABLE exclusions (
  customer_id text PRIMARY KEY,
  note text NOT NULL,
  since bigint NOT NULL
);

-- Alerts that were handled: a copy is known by its id.
CREATE TABLE inbox (
  alert_id text PRIMARY KEY,
  raised_at bigint NOT NULL
);

CREATE TABLE decisions (
  decision_id text PRIMARY KEY,
  alert_id text NOT NULL UNIQUE,
  episode_id text NOT NULL,
  customer_id text NOT NULL,
  tier text NOT NULL,
  reasons jsonb NOT NULL,
  segment text NOT NULL,
  -- The mode that it was made in.
  mode text NOT NULL CHECK (mode IN ('live', 'shadow', 'paused')),
  status text NOT NULL
    CHECK (status IN ('none', 'shadow', 'waiting', 'sent', 'cancelled', 'expired')),
  no_action_reason text,
  treatment_id text,
  treatment_kind text,
  arm text CHECK (arm IN ('treated', 'hold_out')),
  propensity double precision,
  experiment_id text NOT NULL,
  policy_version integer NOT NULL REFERENCES policies,
  decided_at bigint NOT NULL,
  -- The record of ebb.winbacks.v1, where there is one to send.
  trigger jsonb,
  CHECK ((status = 'none') = (no_action_reason IS NOT NULL)),
  CHECK (trigger IS NOT NULL OR status NOT IN ('waiting', 'sent'))
);
CREATE INDEX decisions_of_customer ON decisions (customer_id, decided_at);
CREATE INDEX decisions_by_time ON decisions (decided_at DESC, decision_id DESC);
CREATE INDEX decisions_waiting ON decisions (episode_id) WHERE status = 'waiting';

CREATE TABLE budgets (
  budget_id text PRIMARY KEY,
  limit_minor bigint NOT NULL,
  reserved_minor bigint NOT NULL DEFAULT 0 CHECK (reserved_minor >= 0),
  spent_minor bigint NOT NULL DEFAULT 0 CHECK (spent_minor >= 0),
  CHECK (reserved_minor + spent_minor <= limit_minor)
);

CREATE TABLE coupons (
  code text PRIMARY KEY,
  decision_id text NOT NULL UNIQUE REFERENCES decisions,
  customer_id text NOT NULL,
  discount jsonb NOT NULL,
  currency text NOT NULL,
  minimum_order_minor bigint,
  budget_id text NOT NULL REFERENCES budgets,
  -- Its part of the budget's reserved or spent: the most it may take off, then what it took off.
  committed_minor bigint NOT NULL CHECK (committed_minor >= 0),
  issued_at bigint NOT NULL,
  valid_until bigint NOT NULL,
  status text NOT NULL CHECK (status IN ('issued', 'redeemed', 'expired', 'cancelled')),
  reservation_id text,
  reserved_until_wall bigint,
  redemption_id text UNIQUE,
  order_id text,
  redeemed_at bigint,
  discount_minor bigint,
  CHECK ((status = 'redeemed') = (redemption_id IS NOT NULL)),
  CHECK (status NOT IN ('expired', 'cancelled') OR committed_minor = 0)
);
CREATE INDEX coupons_that_expire ON coupons (valid_until) WHERE status = 'issued';
CREATE INDEX coupons_of_customer ON coupons (customer_id);

-- Answers to requests that carried an Idempotency-Key.
CREATE TABLE answers (
  key_id text NOT NULL,
  idempotency_key text NOT NULL,
  request_sha256 text NOT NULL,
  answered_at_wall bigint NOT NULL,
  status integer NOT NULL,
  body jsonb NOT NULL,
  PRIMARY KEY (key_id, idempotency_key)
);
CREATE INDEX answers_of_redemption ON answers ((body ->> 'redemptionId'));

-- Order facts, by which outcomes are told. The version is that of the record: an older one, which a
-- copy may bring late, changes nothing.
CREATE TABLE orders (
  customer_id text NOT NULL,
  order_id text NOT NULL,
  version bigint[] NOT NULL,
  placed_at bigint,
  amount_minor bigint,
  is_cancelled boolean NOT NULL,
  PRIMARY KEY (customer_id, order_id)
);
CREATE INDEX orders_by_time ON orders (customer_id, placed_at);

CREATE TABLE refunds (
  customer_id text NOT NULL,
  refund_id text NOT NULL,
  version bigint[] NOT NULL,
  order_id text,
  amount_minor bigint,
  PRIMARY KEY (customer_id, refund_id)
);

-- One attempt a trigger, behind its publication.
CREATE TABLE webhooks (
  decision_id text PRIMARY KEY REFERENCES decisions,
  attempted_at_wall bigint,
  -- 'delivered', or why not.
  outcome text
);
CREATE INDEX webhooks_to_send ON webhooks (decision_id) WHERE outcome IS NULL;
