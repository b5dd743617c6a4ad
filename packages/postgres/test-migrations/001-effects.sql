-- What the tests of topic-reader.ts write.
CREATE TABLE effects (partition integer NOT NULL, position bigint NOT NULL);
