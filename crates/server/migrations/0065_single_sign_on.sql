-- Signing in through a provider of OpenID Connect (A-4).
CREATE TABLE single_sign_on (
    id            TEXT PRIMARY KEY,
    settings      TEXT NOT NULL,
    -- Sealed; what the provider knows this server by.
    client_secret TEXT
);
-- Who somebody is at a provider. Nobody is two people there, and nobody there is two people here.
CREATE TABLE user_identities (
    issuer     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject),
    UNIQUE (user_id, issuer)
);
-- Sign-ins through the provider that are under way, by the hash of what the browser's cookie holds.
CREATE TABLE sign_in_attempts (
    token_hash   TEXT PRIMARY KEY,
    -- Where the provider sends the browser back to, and which page it sees then.
    redirect_url TEXT NOT NULL,
    page         TEXT NOT NULL,
    -- The provider has said who it is, and a code of the second step is awaited; null before.
    user_id      TEXT REFERENCES users (id) ON DELETE CASCADE,
    expires_at   BIGINT NOT NULL
);
CREATE INDEX sign_in_attempts_by_user ON sign_in_attempts (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX sign_in_attempts_by_expiry ON sign_in_attempts (expires_at);
