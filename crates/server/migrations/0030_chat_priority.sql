-- Priority of the chat that a presentation leads to: as its rule said when it was made.
ALTER TABLE presentations ADD COLUMN chat_priority BIGINT NOT NULL DEFAULT 0;
