-- Risks that were told, until it is known whether they came true, and what came of them.

-- The day of the shop, modulo 100, on which the risk of a customer is written down to be graded: a
-- hundredth of the customers a day, and nobody twice within a horizon of 90 days.
CREATE FUNCTION sample_turn_of(customer_id text) RETURNS smallint LANGUAGE sql IMMUTABLE RETURN
  (('x' || left(encode(sha256(convert_to(customer_id, 'UTF8')), 'hex'), 7))::bit(28)::integer % 100)::smallint;

CREATE INDEX customers_by_turn ON customers (sample_turn_of(customer_id)) WHERE last_at IS NOT NULL;

CREATE TABLE graded_risks (
  -- `alert:` and its id, or `score:`, the day and the customer.
  risk_id text COLLATE "C" PRIMARY KEY,
  -- Of an alert; null for a score of the sample.
  tier text,
  -- Of ebb.features.v1: its clock says when it is known what came of it.
  partition integer NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  model text COLLATE "C" NOT NULL,
  -- Of the shop, in which it was told: `2026-06`.
  month text COLLATE "C" NOT NULL,
  risk double precision NOT NULL,
  at bigint NOT NULL,
  -- The end of the horizon.
  until bigint NOT NULL,
  -- Since the last order, and between orders so far: what the simple rules go by. Null where unknown.
  silent_days double precision NOT NULL,
  repeat_days integer,
  gap_days double precision,
  -- The latest valid order in (at, until], as far as is known.
  ordered_at bigint,
  -- Whether there was none; null until the clock has passed `until`.
  is_quiet boolean
);

CREATE INDEX graded_risks_open ON graded_risks (partition, until) WHERE is_quiet IS NULL;
CREATE INDEX graded_risks_open_of ON graded_risks (customer_id) WHERE is_quiet IS NULL;
CREATE INDEX graded_risks_by_month ON graded_risks (month);

-- The last day of the shop that was graded in each partition of ebb.features.v1, and the tick that
-- brought it. Whatever generation is read: a day is graded once.
CREATE TABLE grading_days (
  partition integer PRIMARY KEY,
  day integer NOT NULL,
  clock bigint NOT NULL
);

-- What the risks of a month were worth, by model; the model '' is whichever was in force.
CREATE TABLE grades (
  month text COLLATE "C" NOT NULL,
  model text COLLATE "C" NOT NULL,
  -- Made of so many rows of the month, so many of them graded.
  rows integer NOT NULL,
  graded integer NOT NULL,
  -- The rows are gone: the grade stands.
  is_closed boolean NOT NULL,
  document jsonb NOT NULL,
  PRIMARY KEY (month, model)
);

-- The model that each partition of ebb.features.v1 was told last, as its record says it; none: the
-- shipped one.
CREATE TABLE models_in_force (
  partition integer PRIMARY KEY,
  at bigint NOT NULL,
  version text COLLATE "C" NOT NULL,
  signal jsonb NOT NULL
);
