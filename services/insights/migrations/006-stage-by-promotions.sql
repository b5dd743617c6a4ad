-- The stage of a customer also behind a promotion, which no alert tells, and whose orders come from where.

ALTER TABLE customers DROP COLUMN stage, DROP COLUMN next_at;
DROP FUNCTION stage_of;

-- What is left of a stage since a place of ebb.features.v1: other orders came or went behind it, by which
-- the risk fell below tiers, hysteresis counted. Who is lost stays so unless they are healthy.
CREATE FUNCTION stage_left(
  stage smallint, since bigint[],
  below_light bigint[], below_moderate bigint[], below_heavy bigint[]
) RETURNS smallint LANGUAGE sql IMMUTABLE RETURN
  CASE
    WHEN below_light > since THEN 0::smallint
    WHEN stage = 4 THEN 4::smallint
    WHEN below_moderate > since THEN LEAST(stage, 1::smallint)
    WHEN below_heavy > since THEN LEAST(stage, 2::smallint)
    ELSE stage
  END;

-- Thresholds passed in silence: 0 healthy, 1 light, 2 moderate, 3 heavy, 4 lost. The last alert says it,
-- where it is not of before the last order or promotion; but not that a reopened episode was lost.
CREATE FUNCTION stage_of(
  stage_place bigint[], stage_there smallint,
  below_light bigint[], below_moderate bigint[], below_heavy bigint[],
  alert_version bigint[], alert_stage smallint, alert_reopened boolean, alert_raised_at bigint,
  lost_at bigint
) RETURNS smallint LANGUAGE sql IMMUTABLE RETURN
  CASE
    WHEN alert_version[1:2] >= COALESCE(stage_place, '{}') THEN
      stage_left(
        CASE
          WHEN alert_reopened AND alert_stage = 3 AND lost_at <= alert_raised_at THEN 4::smallint
          ELSE alert_stage
        END,
        alert_version[1:2], below_light, below_moderate, below_heavy)
    WHEN stage_place IS NULL THEN 0::smallint
    ELSE stage_left(stage_there, stage_place, below_light, below_moderate, below_heavy)
  END;

ALTER TABLE customers
  -- Which source told of the last order; null where that is not known.
  ADD COLUMN source text COLLATE "C",
  -- Where the last order last became another one, or a model was promoted; and the stage there.
  ADD COLUMN stage_place bigint[],
  ADD COLUMN stage_there smallint,
  -- Where the risk was last seen below the threshold of a tier since then; null: nowhere.
  ADD COLUMN below_light bigint[],
  ADD COLUMN below_moderate bigint[],
  ADD COLUMN below_heavy bigint[];

-- Of who is known, the last change of orders is taken for one of those before the last.
UPDATE customers SET stage_place = '{0,0}', stage_there = 0,
  below_light = CASE WHEN held_stage <= 0 THEN rhythm_place END,
  below_moderate = CASE WHEN held_stage <= 1 THEN rhythm_place END,
  below_heavy = CASE WHEN held_stage <= 2 THEN rhythm_place END
WHERE features_version IS NOT NULL;

ALTER TABLE customers DROP COLUMN held_stage;

ALTER TABLE customers
  ADD COLUMN stage smallint NOT NULL GENERATED ALWAYS AS (
    stage_of(stage_place, stage_there, below_light, below_moderate, below_heavy,
      alert_version, alert_stage, alert_reopened, alert_raised_at, lost_at)
  ) STORED,
  -- When silence leads to the next stage; null behind lost.
  ADD COLUMN next_at bigint GENERATED ALWAYS AS (
    CASE stage_of(stage_place, stage_there, below_light, below_moderate, below_heavy,
      alert_version, alert_stage, alert_reopened, alert_raised_at, lost_at)
      WHEN 0 THEN COALESCE(light_at, moderate_at, heavy_at, lost_at)
      WHEN 1 THEN COALESCE(moderate_at, heavy_at, lost_at)
      WHEN 2 THEN COALESCE(heavy_at, lost_at)
      WHEN 3 THEN lost_at
    END
  ) STORED;

CREATE INDEX customers_by_stage ON customers (stage) WHERE last_at IS NOT NULL;

-- What each partition of ebb.features.v1 was told, of the generation in partition_clocks: the model in
-- force (as its record says it; null: the shipped one), and which sources are silent.
ALTER TABLE partition_clocks
  ADD COLUMN promoted jsonb,
  ADD COLUMN told_at bigint NOT NULL DEFAULT -1,
  ADD COLUMN holds jsonb NOT NULL DEFAULT '[]';

UPDATE partition_clocks SET promoted = signal
FROM models_in_force WHERE models_in_force.partition = partition_clocks.partition;
