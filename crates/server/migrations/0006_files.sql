-- Files in chats, and how far messages were delivered.

-- Highest message number that the visitor's browser, and the agent's console, have.
ALTER TABLE chats ADD COLUMN visitor_delivered_seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE chats ADD COLUMN agent_delivered_seq BIGINT NOT NULL DEFAULT 0;

-- The file that a message carries, as JSON: what it is called and of which kind, not its content.
ALTER TABLE messages ADD COLUMN file TEXT;

CREATE TABLE files (
    id           TEXT PRIMARY KEY,
    site_id      TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
    chat_id      TEXT NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    sender       TEXT NOT NULL,
    -- Made by the browser; the same file sent twice is stored once.
    upload_id    TEXT NOT NULL,
    about        TEXT NOT NULL,
    -- With thumbnail.
    stored_bytes BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    -- Deleted then, unless a message carries it.
    due_at       BIGINT,
    UNIQUE (chat_id, sender, upload_id)
);
CREATE INDEX files_by_site ON files (site_id, stored_bytes);
CREATE INDEX files_by_due ON files (due_at) WHERE due_at IS NOT NULL;

-- The content, in parts of bounded size.
CREATE TABLE file_parts (
    file_id TEXT NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    -- The whole file or its thumbnail.
    shape   TEXT NOT NULL,
    part    BIGINT NOT NULL,
    content BYTEA NOT NULL,
    PRIMARY KEY (file_id, shape, part)
);
