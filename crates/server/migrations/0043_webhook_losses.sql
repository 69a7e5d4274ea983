-- Of what happened while too many deliveries waited for a webhook it was not told: how much that was, and when last.

ALTER TABLE webhooks ADD COLUMN lost BIGINT NOT NULL DEFAULT 0;
ALTER TABLE webhooks ADD COLUMN lost_at BIGINT;

-- Losses that are not counted yet. Counting them at once would make all that happens wait for one row.
CREATE TABLE webhook_losses (
    event_id   TEXT NOT NULL,
    webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    at         BIGINT NOT NULL,
    PRIMARY KEY (event_id, webhook_id)
);
