-- Why a visitor was offered something or nothing, and who presented what by hand.

ALTER TABLE presentations ADD COLUMN by_user_id TEXT;
ALTER TABLE presentations ADD COLUMN by_name TEXT;

-- What a presentation was decided on, in the moment it was made.
CREATE TABLE presentation_reasons (
    presentation_id TEXT PRIMARY KEY REFERENCES presentations (id) ON DELETE CASCADE,
    kept_at         BIGINT NOT NULL,
    page_url        TEXT NOT NULL,
    page_title      TEXT NOT NULL,
    -- The queue's gate with its numbers, and the multiple of free slots that may be open.
    gate            TEXT NOT NULL,
    capacity_factor BIGINT NOT NULL,
    -- The caps that the person who presented it by hand went over.
    overrode        TEXT NOT NULL,
    rules           TEXT NOT NULL,
    rules_left_out  BIGINT NOT NULL
);
CREATE INDEX presentation_reasons_by_time ON presentation_reasons (kept_at);

-- The latest decisions of each visit: a ring of slots, so that it never grows.
CREATE TABLE decisions (
    visit_id        TEXT NOT NULL REFERENCES visits (id) ON DELETE CASCADE,
    slot            BIGINT NOT NULL,
    site_id         TEXT NOT NULL,
    decided_at      BIGINT NOT NULL,
    page_url        TEXT NOT NULL,
    page_title      TEXT NOT NULL,
    config_version  BIGINT NOT NULL,
    -- Why nothing was presented; none when an offer was, or an agent was alerted.
    reason          TEXT,
    presentation_id TEXT,
    rule_id         TEXT,
    rules           TEXT NOT NULL,
    rules_left_out  BIGINT NOT NULL,
    PRIMARY KEY (visit_id, slot)
);
CREATE INDEX decisions_by_time ON decisions (decided_at);

-- Names of attributes and events that the pages of a site have used, for those who write rules.
CREATE TABLE seen_names (
    site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
    kind    TEXT NOT NULL,
    name    TEXT NOT NULL,
    -- Type of an attribute's last value; empty for an event.
    type    TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (site_id, kind, name)
);
