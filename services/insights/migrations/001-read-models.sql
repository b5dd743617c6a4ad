-- What the dashboard reads: one row a customer, made from two topics in any order, and the alerts.
-- Versions are [generation, offset, index], places [generation, offset] of ebb.features.v1: arrays
-- compare element by element. Instants are ms since the epoch; money is in minor units.

-- Thresholds passed in silence: 0 healthy, 1 light, 2 moderate, 3 heavy, 4 lost. The last alert says
-- it, but for two things that no alert tells: a tier left downward because other orders came or went
-- after it, and that a reopened episode was lost already.
CREATE FUNCTION stage_of(
  alert_stage smallint, alert_reopened boolean, alert_raised_at bigint, alert_version bigint[],
  lost_at bigint, held_stage smallint, rhythm_place bigint[]
) RETURNS smallint LANGUAGE sql IMMUTABLE RETURN
  CASE
    WHEN alert_stage IS NULL THEN 0::smallint
    WHEN rhythm_place > alert_version[1:2] AND held_stage = 0 THEN 0::smallint
    WHEN alert_stage = 4 THEN 4::smallint
    WHEN rhythm_place > alert_version[1:2] THEN LEAST(alert_stage, held_stage)
    WHEN alert_reopened AND alert_stage = 3 AND lost_at <= alert_raised_at THEN 4::smallint
    ELSE alert_stage
  END;

CREATE TABLE customers (
  customer_id text COLLATE "C" PRIMARY KEY,
  -- From ebb.features.v1; null until it was read, the rhythm also where there is no valid order.
  features_version bigint[],
  user_id text,
  as_of bigint,
  revenue_minor bigint,
  analytics boolean,
  marketing boolean,
  orders integer,
  repeat_days integer,
  first_at bigint,
  last_at bigint,
  last_order_id text,
  -- Crossings, if the silence lasts; null for a tier that would come after lost.
  light_at bigint,
  moderate_at bigint,
  heavy_at bigint,
  lost_at bigint,
  -- Where the rhythm last changed, and the tiers that the risk then was in, hysteresis counted.
  rhythm_place bigint[],
  held_stage smallint,
  -- From ebb.alerts.v1; null until there is one.
  alert_version bigint[],
  alert_stage smallint,
  alert_reopened boolean,
  alert_raised_at bigint,
  alert_reason text,
  stage smallint NOT NULL GENERATED ALWAYS AS (
    stage_of(alert_stage, alert_reopened, alert_raised_at, alert_version, lost_at, held_stage, rhythm_place)
  ) STORED,
  -- When silence leads to the next stage; null behind lost.
  next_at bigint GENERATED ALWAYS AS (
    CASE stage_of(alert_stage, alert_reopened, alert_raised_at, alert_version, lost_at, held_stage, rhythm_place)
      WHEN 0 THEN COALESCE(light_at, moderate_at, heavy_at, lost_at)
      WHEN 1 THEN COALESCE(moderate_at, heavy_at, lost_at)
      WHEN 2 THEN COALESCE(heavy_at, lost_at)
      WHEN 3 THEN lost_at
    END
  ) STORED
);

CREATE INDEX customers_by_stage ON customers (stage) WHERE last_at IS NOT NULL;

-- The clock of each partition of ebb.features.v1: its last tick.
CREATE TABLE partition_clocks (
  partition integer PRIMARY KEY,
  generation integer NOT NULL,
  clock bigint NOT NULL
);

CREATE TABLE alerts (
  alert_id text PRIMARY KEY,
  -- Of the first record with this id: a tier entered again has its old one.
  version bigint[] NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  kind text NOT NULL,
  tier text NOT NULL,
  previous_tier text NOT NULL,
  risk double precision NOT NULL,
  risk_at_last_order double precision NOT NULL,
  silent_since bigint NOT NULL,
  crossed_at bigint NOT NULL,
  raised_at bigint NOT NULL,
  reasons text[] NOT NULL
);

CREATE INDEX alerts_by_age ON alerts (raised_at DESC, alert_id DESC);
CREATE INDEX alerts_by_customer ON alerts (customer_id, raised_at DESC);
