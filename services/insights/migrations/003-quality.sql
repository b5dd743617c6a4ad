-- How good the events are that came: how often each thing was counted, by source and civil day of the
-- shop on which it arrived. Names of counters: services/insights/src/quality/quality-of-event.ts.
CREATE TABLE quality_counts (
  -- Days since 1970-01-01.
  day integer NOT NULL,
  source text COLLATE "C" NOT NULL,
  counter text COLLATE "C" NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (day, source, counter)
);

-- The latest minute in which a visitor looked around, and how often by then; older ones go.
CREATE TABLE quality_visitors (
  source text COLLATE "C" NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  -- Minutes since 1970-01-01.
  minute bigint NOT NULL,
  views integer NOT NULL,
  -- Of ebb.events.v1: each reader removes what it wrote, and waits for no other.
  partition integer NOT NULL,
  PRIMARY KEY (source, customer_id)
);

CREATE INDEX quality_visitors_by_age ON quality_visitors (partition, minute);

-- The last minute of ebb.traffic.v1 whose copies were counted: an earlier one is told again.
CREATE TABLE quality_told (
  source text COLLATE "C" NOT NULL,
  teller text COLLATE "C" NOT NULL,
  minute bigint NOT NULL,
  PRIMARY KEY (source, teller)
);
