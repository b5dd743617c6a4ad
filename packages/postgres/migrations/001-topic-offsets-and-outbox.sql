-- How far a consumer group has read, and who reads: the fence of topic-reader.ts.
CREATE TABLE topic_offsets (
  consumer_group text NOT NULL,
  topic text NOT NULL,
  partition integer NOT NULL,
  -- Raised by everyone who takes the partition over.
  epoch bigint NOT NULL,
  -- NULL until a batch was handled.
  next_offset bigint,
  PRIMARY KEY (consumer_group, topic, partition)
);

-- Records that are to be appended to the log: outbox.ts. Instants are ms since the epoch.
CREATE TABLE outbox (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic text NOT NULL,
  key text NOT NULL,
  id text NOT NULL,
  value bytea NOT NULL,
  not_before bigint NOT NULL DEFAULT 0,
  expires_at bigint,
  UNIQUE (id, topic)
);

CREATE INDEX outbox_not_before ON outbox (not_before);
CREATE INDEX outbox_expires_at ON outbox (expires_at) WHERE expires_at IS NOT NULL;
