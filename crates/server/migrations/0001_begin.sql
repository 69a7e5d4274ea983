-- The first tables. One text for SQLite and PostgreSQL: TEXT ids, BIGINT milliseconds since 1970, JSON as TEXT.

CREATE TABLE users (
    id            TEXT PRIMARY KEY,
    email         TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    role          TEXT NOT NULL,
    slots         BIGINT NOT NULL,
    password_hash TEXT NOT NULL,
    disabled      BOOLEAN NOT NULL,
    created_at    BIGINT NOT NULL,
    -- An agent is available while ready and heard from within the presence window.
    status        TEXT NOT NULL,
    status_since  BIGINT NOT NULL,
    heard_at      BIGINT NOT NULL,
    idle_since    BIGINT NOT NULL,
    rung_at       BIGINT NOT NULL
);

CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY,
    user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE sites (
    id             TEXT PRIMARY KEY,
    key            TEXT NOT NULL UNIQUE,
    name           TEXT NOT NULL,
    origins        TEXT NOT NULL,
    settings       TEXT NOT NULL,
    deny_paths     TEXT NOT NULL,
    allow_params   TEXT NOT NULL,
    -- Rises with every change of the site, its rules, offers and queues.
    config_version BIGINT NOT NULL,
    created_at     BIGINT NOT NULL
);

CREATE TABLE queues (
    id         TEXT PRIMARY KEY,
    site_id    TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    channel_on BOOLEAN NOT NULL,
    -- The queue of the launcher.
    is_default BOOLEAN NOT NULL,
    plan       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX queues_by_site ON queues (site_id);
CREATE UNIQUE INDEX queues_one_default ON queues (site_id) WHERE is_default;

CREATE TABLE queue_agents (
    queue_id TEXT NOT NULL REFERENCES queues (id) ON DELETE CASCADE,
    user_id  TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (queue_id, user_id)
);
CREATE INDEX queue_agents_by_user ON queue_agents (user_id);

CREATE TABLE offers (
    id         TEXT PRIMARY KEY,
    site_id    TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    active     BOOLEAN NOT NULL,
    design     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX offers_by_site ON offers (site_id);

CREATE TABLE rules (
    id         TEXT PRIMARY KEY,
    site_id    TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
    priority   BIGINT NOT NULL,
    name       TEXT NOT NULL,
    enabled    BOOLEAN NOT NULL,
    plan       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX rules_by_site ON rules (site_id);

CREATE TABLE visitors (
    id         TEXT PRIMARY KEY,
    site_id    TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
    token_hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    visits     BIGINT NOT NULL
);

CREATE TABLE visits (
    id           TEXT PRIMARY KEY,
    site_id      TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
    visitor_id   TEXT NOT NULL REFERENCES visitors (id) ON DELETE CASCADE,
    visit_number BIGINT NOT NULL,
    started_at   BIGINT NOT NULL,
    heard_at     BIGINT NOT NULL,
    -- Not heard from by then, the visit ends.
    ends_due     BIGINT NOT NULL,
    ended_at     BIGINT,
    referrer     TEXT NOT NULL,
    language     TEXT NOT NULL,
    time_zone    TEXT NOT NULL,
    device       TEXT NOT NULL,
    browser      TEXT NOT NULL,
    -- Rises whenever a node claims the visit; a write under an older epoch is refused.
    epoch        BIGINT NOT NULL,
    -- The engine's checkpoint.
    state        TEXT NOT NULL
);
CREATE UNIQUE INDEX visits_one_open ON visits (visitor_id) WHERE ended_at IS NULL;
CREATE INDEX visits_open_by_due ON visits (ends_due) WHERE ended_at IS NULL;
CREATE INDEX visits_by_site ON visits (site_id, started_at);

-- Every address once; the id is made from site and address.
CREATE TABLE pages (
    id      BIGINT PRIMARY KEY,
    site_id TEXT NOT NULL,
    url     TEXT NOT NULL
);

CREATE TABLE page_views (
    visit_id   TEXT NOT NULL,
    -- The browser's own count, so that a view told twice is stored once.
    view       BIGINT NOT NULL,
    tab        BIGINT NOT NULL,
    page_id    BIGINT NOT NULL,
    title      TEXT NOT NULL,
    entered_at BIGINT NOT NULL,
    left_at    BIGINT,
    visible_s  BIGINT NOT NULL,
    PRIMARY KEY (visit_id, view)
);

CREATE TABLE presentations (
    id               TEXT PRIMARY KEY,
    site_id          TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
    visit_id         TEXT NOT NULL REFERENCES visits (id) ON DELETE CASCADE,
    visitor_id       TEXT NOT NULL,
    rule_id          TEXT,
    rule_name        TEXT NOT NULL,
    offer_id         TEXT NOT NULL,
    offer_name       TEXT NOT NULL,
    queue_id         TEXT NOT NULL,
    config_version   BIGINT NOT NULL,
    -- The version it was made from, whatever is edited later.
    design           TEXT NOT NULL,
    presented_at     BIGINT NOT NULL,
    ignored_due      BIGINT NOT NULL,
    passive_due      BIGINT NOT NULL,
    outcome          TEXT,
    outcome_at       BIGINT,
    outcome_reason   TEXT,
    accepted_late_at BIGINT
);
CREATE UNIQUE INDEX presentations_one_open ON presentations (visit_id) WHERE outcome IS NULL;
CREATE INDEX presentations_open_by_queue ON presentations (queue_id) WHERE outcome IS NULL;
CREATE INDEX presentations_open_by_due ON presentations (passive_due) WHERE outcome IS NULL;
CREATE INDEX presentations_by_visit ON presentations (visit_id, presented_at);

CREATE TABLE chats (
    id               TEXT PRIMARY KEY,
    site_id          TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
    queue_id         TEXT NOT NULL REFERENCES queues (id),
    visitor_id       TEXT NOT NULL REFERENCES visitors (id),
    visit_id         TEXT NOT NULL REFERENCES visits (id),
    presentation_id  TEXT,
    mode             TEXT NOT NULL,
    state            TEXT NOT NULL,
    visitor_name     TEXT NOT NULL,
    answers          TEXT NOT NULL,
    -- Who is rung, or owns the chat.
    agent_id         TEXT REFERENCES users (id),
    -- Rises with every change of owner; a write under an older epoch is refused.
    owner_epoch      BIGINT NOT NULL,
    -- Who was rung for this chat and did not take it, as JSON.
    rung             TEXT NOT NULL,
    requested_at     BIGINT NOT NULL,
    queued_at        BIGINT,
    answered_at      BIGINT,
    ended_at         BIGINT,
    ended_by         TEXT,
    wrapped_up       BOOLEAN NOT NULL,
    -- When the present state runs out: the form, the ring.
    due_at           BIGINT,
    -- Until then the open form of an accepted offer holds an agent's slot.
    held_until       BIGINT NOT NULL,
    last_seq         BIGINT NOT NULL,
    visitor_read_seq BIGINT NOT NULL,
    agent_read_seq   BIGINT NOT NULL
);
CREATE UNIQUE INDEX chats_one_open ON chats (visitor_id) WHERE state <> 'ended';
CREATE INDEX chats_waiting ON chats (queue_id, queued_at) WHERE state = 'queued';
CREATE INDEX chats_open_by_due ON chats (due_at) WHERE state <> 'ended';
CREATE INDEX chats_by_agent ON chats (agent_id) WHERE state <> 'ended';
CREATE INDEX chats_to_wrap_up ON chats (agent_id, ended_at) WHERE state = 'ended' AND NOT wrapped_up;
CREATE INDEX chats_by_time ON chats (site_id, requested_at);
CREATE INDEX chats_by_visit ON chats (visit_id);
CREATE INDEX chats_by_visitor ON chats (visitor_id, requested_at);

CREATE TABLE messages (
    chat_id TEXT NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    -- From 1, without gaps, in the order everyone sees.
    seq     BIGINT NOT NULL,
    -- Made by the sender; the same message sent twice is stored once.
    id      TEXT NOT NULL,
    sender  TEXT NOT NULL,
    user_id TEXT,
    name    TEXT NOT NULL,
    body    TEXT NOT NULL,
    sent_at BIGINT NOT NULL,
    PRIMARY KEY (chat_id, seq),
    UNIQUE (chat_id, sender, id)
);
