-- Offers by hand (O-13) that a node asks of the one that holds the visit. Who asked removes the row with the answer. Times are the
-- database's own.
CREATE TABLE hand_requests (
    id              TEXT PRIMARY KEY,
    visit_id        TEXT NOT NULL REFERENCES visits (id) ON DELETE CASCADE,
    visitor_id      TEXT NOT NULL,
    offer_id        TEXT NOT NULL,
    queue_id        TEXT NOT NULL,
    over_caps       BOOLEAN NOT NULL,
    by_user_id      TEXT NOT NULL,
    by_name         TEXT NOT NULL,
    asked_at        BIGINT NOT NULL,
    -- Once taken it is nobody else's; null before.
    taken_at        BIGINT,
    -- One of the two is the answer.
    presentation_id TEXT,
    refused         TEXT
);
CREATE INDEX hand_requests_by_visit ON hand_requests (visit_id);
