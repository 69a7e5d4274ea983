-- Answers to requests that named an Idempotency-Key, so that a request sent again is answered and not done again.
CREATE TABLE idempotency_keys (
    user_id     TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    key         TEXT NOT NULL,
    -- Of whoever named it, then.
    role        TEXT NOT NULL,
    -- Hash of what was asked for.
    fingerprint TEXT NOT NULL,
    -- NULL while the request is under way, or when the server fell over it.
    status      BIGINT,
    body        TEXT,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_keys_by_time ON idempotency_keys (created_at);
