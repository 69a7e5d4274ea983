-- The second step of signing in: codes from an app (RFC 6238), and codes for when the app is lost (A-4).
CREATE TABLE user_totp (
    user_id      TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    -- What app and server share, in Base32.
    secret       TEXT NOT NULL,
    -- When a first code showed that the app has it; until then it asks nobody for anything.
    confirmed_at BIGINT,
    -- The last step, of 30 seconds, whose code was used: none at or before it is good again.
    last_step    BIGINT NOT NULL
);
-- Each is good once; only hashes are kept.
CREATE TABLE recovery_codes (
    user_id   TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_hash TEXT NOT NULL,
    PRIMARY KEY (user_id, code_hash)
);
-- Whoever must set up the second step can do nothing else in this session before.
ALTER TABLE sessions ADD COLUMN must_set_up BOOLEAN NOT NULL DEFAULT FALSE;
