-- What a supervisor does and sees: stopping offers, the wallboard, everyone on the sites now.

CREATE TABLE offer_stops (
    site_id    TEXT PRIMARY KEY REFERENCES sites (id) ON DELETE CASCADE,
    stopped_at BIGINT NOT NULL,
    -- The name of who did it, as it was then.
    stopped_by TEXT NOT NULL
);

CREATE INDEX chats_by_queue_time ON chats (queue_id, requested_at);
CREATE INDEX presentations_by_queue_time ON presentations (queue_id, presented_at);
CREATE INDEX visits_open_by_contact ON visits (heard_at) WHERE ended_at IS NULL;
