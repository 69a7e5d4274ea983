-- Waiting: who comes first, when waiting ends and what then; skills; opening by hand; enquiries.

-- What was set by hand, as JSON: open or closed, and until when.
ALTER TABLE queues ADD COLUMN by_hand TEXT;

ALTER TABLE chats ADD COLUMN priority BIGINT NOT NULL DEFAULT 0;
-- Waiting, it leaves the queue then.
ALTER TABLE chats ADD COLUMN wait_due BIGINT;
-- How often it was moved to another queue for having waited too long.
ALTER TABLE chats ADD COLUMN moves BIGINT NOT NULL DEFAULT 0;
-- What the visitor got instead of an agent when it ended, as JSON.
ALTER TABLE chats ADD COLUMN instead TEXT;
DROP INDEX chats_waiting;
CREATE INDEX chats_waiting ON chats (queue_id, priority, queued_at) WHERE state IN ('queued', 'ringing');
CREATE INDEX chats_waiting_by_due ON chats (wait_due) WHERE state = 'queued';
CREATE INDEX chats_by_answer ON chats (queue_id, answered_at) WHERE answered_at IS NOT NULL;

-- Names in lower case; levels from 1 to 5.
CREATE TABLE user_skills (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    skill   TEXT NOT NULL,
    level   BIGINT NOT NULL,
    PRIMARY KEY (user_id, skill)
);
CREATE TABLE queue_skills (
    queue_id TEXT NOT NULL REFERENCES queues (id) ON DELETE CASCADE,
    skill    TEXT NOT NULL,
    level    BIGINT NOT NULL,
    PRIMARY KEY (queue_id, skill)
);

CREATE TABLE enquiries (
    id         TEXT PRIMARY KEY,
    site_id    TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
    queue_id   TEXT NOT NULL REFERENCES queues (id) ON DELETE CASCADE,
    visitor_id TEXT NOT NULL REFERENCES visitors (id) ON DELETE CASCADE,
    visit_id   TEXT NOT NULL,
    -- The chat that ended for it, if any.
    chat_id    TEXT,
    -- Made by the browser; the same enquiry sent twice is stored once.
    client_id  TEXT NOT NULL,
    name       TEXT NOT NULL,
    email      TEXT NOT NULL,
    answers    TEXT NOT NULL,
    page_url   TEXT NOT NULL,
    -- What is searched, in lower case.
    search     TEXT NOT NULL,
    state      TEXT NOT NULL,
    handled_by TEXT REFERENCES users (id),
    handled_at BIGINT,
    created_at BIGINT NOT NULL,
    UNIQUE (visitor_id, client_id)
);
CREATE INDEX enquiries_by_site ON enquiries (site_id, created_at);
CREATE INDEX enquiries_by_queue ON enquiries (queue_id, created_at);
CREATE INDEX enquiries_by_visitor ON enquiries (visitor_id, created_at);
