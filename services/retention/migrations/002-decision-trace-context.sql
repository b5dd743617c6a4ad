-- W3C trace context of the step that decided, where that is traced: the webhook goes on with it.
ALTER TABLE decisions ADD COLUMN traceparent text;
