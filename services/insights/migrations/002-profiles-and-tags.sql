-- The return of a customer, and what the shop says of them.

-- When the last alert, where it is `recovered`, was raised.
ALTER TABLE customers ADD COLUMN recovered_at bigint;

UPDATE customers SET recovered_at = alerts.raised_at
FROM alerts
WHERE alerts.customer_id = customers.customer_id AND alerts.kind = 'recovered'
  AND alerts.version = customers.alert_version;

-- What `identify` events said of customers, from ebb.events.v1: by name [value, occurredAt, id of the
-- event], the value null where the attribute was taken back. See src/profiles/profile-fold.ts.
CREATE TABLE profiles (
  customer_id text COLLATE "C" PRIMARY KEY,
  attributes jsonb NOT NULL
);

-- Rules of tags as users wrote them; the greatest version is in force.
CREATE TABLE tag_rules (
  version integer PRIMARY KEY,
  document text NOT NULL,
  applied_at bigint NOT NULL
);

ALTER TABLE customers
  -- In the order of the alphabet.
  ADD COLUMN tags text[] NOT NULL DEFAULT '{}',
  -- Raised with whatever tags are told from; and at which change, by which rules, and for which local
  -- day (since 1970-01-01) they were told.
  ADD COLUMN changes bigint NOT NULL DEFAULT 1,
  ADD COLUMN tagged_changes bigint NOT NULL DEFAULT 0,
  ADD COLUMN tagged_rules integer NOT NULL DEFAULT 0,
  ADD COLUMN tagged_day integer NOT NULL DEFAULT 0;

CREATE INDEX customers_by_tag ON customers USING gin (tags);
CREATE INDEX customers_untagged ON customers (customer_id) WHERE tagged_changes < changes;
