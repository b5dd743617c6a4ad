-- What began the tier before the risk reached it; null where the risk did, and of alerts told before.
ALTER TABLE alerts ADD COLUMN signal text;
