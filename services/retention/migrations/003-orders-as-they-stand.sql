-- Each record of an order says how it stands, refunds and all: outcomes need no rule of their own.
-- Earlier records did not, so what they told is brought together here. An order that was cancelled
-- behind its delivery before the delivery was told, or whose refund had the id of another order's,
-- stands as it was known until its next record.
ALTER TABLE orders
  ADD COLUMN status text NOT NULL DEFAULT 'valid'
    CHECK (status IN ('unplaced', 'valid', 'cancelled', 'returned')),
  -- Amount less what was paid back; 0 where the order does not count.
  ADD COLUMN net_minor bigint NOT NULL DEFAULT 0 CHECK (net_minor >= 0);

UPDATE orders SET status = CASE
  WHEN is_cancelled THEN 'cancelled' WHEN placed_at IS NULL THEN 'unplaced' ELSE 'valid' END;

UPDATE orders SET net_minor = GREATEST(coalesce(orders.amount_minor, 0) - coalesce((
  SELECT sum(coalesce(refunds.amount_minor, orders.amount_minor)) FROM refunds
  WHERE refunds.customer_id = orders.customer_id AND refunds.order_id = orders.order_id
), 0), 0)
WHERE status = 'valid';

ALTER TABLE orders
  ALTER COLUMN status DROP DEFAULT, ALTER COLUMN net_minor DROP DEFAULT,
  DROP COLUMN is_cancelled, DROP COLUMN amount_minor;
DROP TABLE refunds;
