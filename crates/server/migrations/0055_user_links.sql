-- Links with which somebody chooses a password: an invitation, or a new password for one that was lost (A-4). One a user;
-- only the hash of what the link carries is kept.
CREATE TABLE user_links (
    user_id    TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    kind       TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
-- Mails that carry such a link, by whom they are for.
ALTER TABLE mails ADD COLUMN user_id TEXT;
CREATE INDEX mails_by_user ON mails (user_id) WHERE user_id IS NOT NULL;
