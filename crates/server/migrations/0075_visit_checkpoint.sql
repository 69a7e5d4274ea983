-- Which of the states that were written down under this epoch the row holds: one that was taken before waits longer to be written
-- than one that is committed with an offer, and must not take its place.
ALTER TABLE visits ADD COLUMN checkpoint BIGINT NOT NULL DEFAULT 0;
