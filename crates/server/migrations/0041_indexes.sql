-- The embedded database uses a partial index only for a condition that names its own: one index a state that is asked for.

CREATE INDEX chats_queued ON chats (queue_id, priority, queued_at) WHERE state = 'queued';
CREATE INDEX chats_with_form ON chats (queue_id, held_until) WHERE state = 'form';
CREATE INDEX visits_by_visitor ON visits (visitor_id, started_at);
