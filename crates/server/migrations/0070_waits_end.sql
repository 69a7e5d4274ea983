-- A chat that waits leaves its queue after a day where the queue names no time (X-3): those that wait already, too.
UPDATE chats SET wait_due = COALESCE(requeued_at, queued_at, requested_at) + 86400000
WHERE wait_due IS NULL AND state IN ('queued', 'ringing');
