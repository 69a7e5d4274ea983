-- The window of an alert's visitor opened at launch, before an agent wrote.
ALTER TABLE chats ADD COLUMN window_at_launch BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX chats_open_alerts ON chats (requested_at) WHERE mode = 'engage' AND state <> 'ended';
