-- What nodes printed at their start while there was no user: each holds on every node (A-4).
CREATE TABLE setup_tokens (
    hash    TEXT PRIMARY KEY,
    made_at BIGINT NOT NULL
);
