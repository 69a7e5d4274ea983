-- A queue that changes how it conducts chats finds those that are to be wrapped up.
CREATE INDEX chats_to_wrap_up_by_queue ON chats (queue_id) WHERE state = 'ended' AND NOT wrapped_up;
