-- E-mail that is to leave: written together with what causes it, sent by whichever node comes to it first.

CREATE TABLE mails (
    id         TEXT PRIMARY KEY,
    kind       TEXT NOT NULL,
    recipient  TEXT NOT NULL,
    -- Where an answer goes; absent: to the sender's address of the installation.
    reply_to   TEXT,
    subject    TEXT NOT NULL,
    text       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- When it is tried next; absent once it is sent or given up.
    due_at     BIGINT,
    tries      BIGINT NOT NULL,
    sent_at    BIGINT,
    failed     BOOLEAN NOT NULL,
    last_error TEXT NOT NULL
);
CREATE INDEX mails_waiting ON mails (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX mails_settled ON mails (created_at) WHERE due_at IS NULL;
