-- The agents' workspace: canned replies, drafts, options, what all agents share, and why an agent is away.

CREATE TABLE canned_replies (
    id         TEXT PRIMARY KEY,
    -- Null: for every site.
    site_id    TEXT REFERENCES sites (id) ON DELETE CASCADE,
    -- Null: for every queue.
    queue_id   TEXT REFERENCES queues (id) ON DELETE SET NULL,
    -- Null: for all agents; else for this one alone.
    owner_id   TEXT REFERENCES users (id) ON DELETE CASCADE,
    shortcut   TEXT NOT NULL,
    title      TEXT NOT NULL,
    -- By language, as JSON.
    texts      TEXT NOT NULL,
    tags       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX canned_replies_by_shortcut
    ON canned_replies (COALESCE(owner_id, ''), COALESCE(site_id, ''), shortcut);
CREATE INDEX canned_replies_by_site ON canned_replies (site_id);
CREATE INDEX canned_replies_by_queue ON canned_replies (queue_id);

CREATE TABLE drafts (
    user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    chat_id    TEXT NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    -- Empty once it was sent or given up; the row stays so that a late write finds the higher version.
    body       TEXT NOT NULL,
    -- Rises with every change; a write that knows an older one is refused.
    version    BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, chat_id)
);
CREATE INDEX drafts_by_chat ON drafts (chat_id);

CREATE TABLE agent_options (
    user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    options TEXT NOT NULL
);

-- At most one row, under the id 'workspace'.
CREATE TABLE workspace (
    id       TEXT PRIMARY KEY,
    settings TEXT NOT NULL
);

-- Null while ready.
ALTER TABLE users ADD COLUMN away_cause TEXT;
-- As it was called when it was chosen; null without one.
ALTER TABLE users ADD COLUMN away_reason TEXT;
