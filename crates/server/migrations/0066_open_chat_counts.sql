-- The wallboard counts the open chats of each queue, again and again, while those that are over only become more.
CREATE INDEX chats_open_by_state ON chats (queue_id, state, queued_at) WHERE state <> 'ended';
