-- The life of a chat beside its two sides: who takes part, who is called in, what only the team sees, and what comes after the end.

-- 'all', or 'staff' for what visitors never see.
ALTER TABLE messages ADD COLUMN audience TEXT NOT NULL DEFAULT 'all';

-- When the visitor of an active chat was warned that it will be closed.
ALTER TABLE chats ADD COLUMN idle_warned_at BIGINT;
-- Since when the chat waits in its present queue, where that is not when it began to wait: after a transfer.
ALTER TABLE chats ADD COLUMN requeued_at BIGINT;
-- When an ended chat is closed on the agent's side by itself; none when it waits for the agent.
ALTER TABLE chats ADD COLUMN wrap_up_due BIGINT;
ALTER TABLE chats ADD COLUMN disposition TEXT NOT NULL DEFAULT '';
-- As JSON.
ALTER TABLE chats ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE chats ADD COLUMN wrap_up_note TEXT NOT NULL DEFAULT '';
CREATE INDEX chats_wrap_up_by_due ON chats (wrap_up_due) WHERE state = 'ended' AND NOT wrapped_up;

CREATE TABLE chat_participants (
    chat_id   TEXT NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    user_id   TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- 'owner', 'guest' or 'watcher'.
    part      TEXT NOT NULL,
    joined_at BIGINT NOT NULL,
    left_at   BIGINT,
    PRIMARY KEY (chat_id, user_id, part, joined_at)
);
CREATE UNIQUE INDEX chat_participants_open ON chat_participants (chat_id, user_id) WHERE left_at IS NULL;
-- A chat has one owner.
CREATE UNIQUE INDEX chat_participants_one_owner ON chat_participants (chat_id) WHERE left_at IS NULL AND part = 'owner';
CREATE INDEX chat_participants_by_user ON chat_participants (user_id) WHERE left_at IS NULL;

INSERT INTO chat_participants (chat_id, user_id, part, joined_at, left_at)
SELECT id, agent_id, 'owner', answered_at, NULL FROM chats
WHERE agent_id IS NOT NULL AND answered_at IS NOT NULL AND (state = 'active' OR (state = 'ended' AND NOT wrapped_up));

-- A chat rings at one agent: to take it over, or to join.
CREATE TABLE chat_calls (
    id         TEXT PRIMARY KEY,
    chat_id    TEXT NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    -- 'transfer' or 'invite'.
    purpose    TEXT NOT NULL,
    from_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    to_id      TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    note       TEXT NOT NULL,
    called_at  BIGINT NOT NULL,
    due_at     BIGINT NOT NULL,
    -- 'taken', 'declined', 'unanswered' or 'withdrawn'.
    outcome    TEXT,
    settled_at BIGINT
);
CREATE UNIQUE INDEX chat_calls_one_open ON chat_calls (chat_id) WHERE outcome IS NULL;
CREATE INDEX chat_calls_open_by_agent ON chat_calls (to_id) WHERE outcome IS NULL;
CREATE INDEX chat_calls_open_by_due ON chat_calls (due_at) WHERE outcome IS NULL;

-- What the visitor thought of it, once.
CREATE TABLE chat_surveys (
    chat_id  TEXT PRIMARY KEY REFERENCES chats (id) ON DELETE CASCADE,
    -- 'rating', 1 to 5, or 'thumbs', 1 for up and 0 for down.
    kind     TEXT NOT NULL,
    rating   BIGINT NOT NULL,
    comment  TEXT NOT NULL,
    given_at BIGINT NOT NULL
);

-- Who asked for the transcript by e-mail; sent once the chat has ended.
CREATE TABLE chat_transcripts (
    id       TEXT PRIMARY KEY,
    chat_id  TEXT NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    address  TEXT NOT NULL,
    -- The agent who asked; none for the visitor.
    user_id  TEXT REFERENCES users (id) ON DELETE SET NULL,
    asked_at BIGINT NOT NULL,
    sent_at  BIGINT
);
CREATE INDEX chat_transcripts_by_chat ON chat_transcripts (chat_id);
