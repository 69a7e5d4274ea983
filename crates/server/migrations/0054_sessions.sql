-- A person sees where they are signed in: which browser, from about where, since when, last used when (A-4).
ALTER TABLE sessions RENAME TO sessions_before;
CREATE TABLE sessions (
    -- By which it is named to its owner; the token is known to the browser alone.
    id         TEXT NOT NULL UNIQUE,
    token_hash TEXT PRIMARY KEY,
    user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    browser    TEXT NOT NULL,
    system     TEXT NOT NULL,
    -- The address it was begun from, without its last part; empty when it is not known.
    network    TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- To some minutes.
    used_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
INSERT INTO sessions (id, token_hash, user_id, browser, system, network, created_at, used_at, expires_at)
SELECT substr(token_hash, 1, 8) || '-' || substr(token_hash, 9, 4) || '-' || substr(token_hash, 13, 4) || '-'
           || substr(token_hash, 17, 4) || '-' || substr(token_hash, 21, 12),
       token_hash, user_id, '', '', '', created_at, created_at, expires_at
FROM sessions_before;
DROP TABLE sessions_before;
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
