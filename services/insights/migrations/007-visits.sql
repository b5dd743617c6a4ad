-- On how many days a customer visited, less one, from when to when; null where nobody told of a visit,
-- and until features tell it again of who was known before.
ALTER TABLE customers ADD COLUMN visit_repeat_days integer;
ALTER TABLE customers ADD COLUMN first_visit_at bigint;
ALTER TABLE customers ADD COLUMN last_visit_at bigint;
