-- The two lists of chats, newest first: what is open or to be wrapped up, and what is over.
CREATE INDEX chats_open_by_time ON chats (requested_at, id) WHERE (state <> 'ended' OR NOT wrapped_up);
CREATE INDEX chats_over_by_time ON chats (requested_at, id) WHERE state = 'ended' AND wrapped_up;
