-- W3C trace context of the step that added the record, where that is traced.
ALTER TABLE outbox ADD COLUMN traceparent text;
