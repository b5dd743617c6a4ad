-- What the next horizon would have brought had the customer stayed as at the last order: revenue, in minor
-- units, not rounded. Null where there is no valid order, and until it is reckoned for who was known before.
ALTER TABLE customers ADD COLUMN horizon_revenue double precision;
