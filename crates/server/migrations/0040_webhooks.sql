-- Whom Beckon tells what happens: addresses of other programs, and what is to be told to each, with every try.

CREATE TABLE webhooks (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    url          TEXT NOT NULL,
    -- Base64 of 32 bytes, what every delivery is signed with.
    secret       TEXT NOT NULL,
    secret_at    BIGINT NOT NULL,
    -- Deliveries carry a second signature by the secret before, until then.
    secret_before       TEXT,
    secret_before_until BIGINT,
    -- Absent: every site.
    site_id      TEXT REFERENCES sites (id) ON DELETE CASCADE,
    events       TEXT NOT NULL,
    enabled      BOOLEAN NOT NULL,
    -- Why Beckon itself disabled it; empty otherwise.
    disabled_why TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL
);

CREATE TABLE webhook_deliveries (
    -- What happened; the same for every webhook that is told.
    event_id     TEXT NOT NULL,
    webhook_id   TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    event        TEXT NOT NULL,
    body         TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    -- When it is tried next; absent once it is delivered or given up.
    due_at       BIGINT,
    -- From here the waits between the tries are counted: a replay begins anew.
    tries_since  BIGINT NOT NULL,
    tries        BIGINT NOT NULL,
    delivered_at BIGINT,
    PRIMARY KEY (event_id, webhook_id)
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_deliveries_log ON webhook_deliveries (webhook_id, created_at, event_id);
CREATE INDEX webhook_deliveries_settled ON webhook_deliveries (created_at) WHERE due_at IS NULL;

CREATE TABLE webhook_tries (
    event_id   TEXT NOT NULL,
    webhook_id TEXT NOT NULL,
    number     BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    took_ms    BIGINT NOT NULL,
    -- Absent where there was no answer.
    status     BIGINT,
    -- What was answered, or why there was none; the beginning of it.
    answer     TEXT NOT NULL,
    PRIMARY KEY (event_id, webhook_id, number),
    FOREIGN KEY (event_id, webhook_id) REFERENCES webhook_deliveries (event_id, webhook_id) ON DELETE CASCADE
);
