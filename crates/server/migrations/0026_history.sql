-- Ended chats as a list that can be filtered. What a search in it looks at stands in a table that each engine has in its own
-- way: store/dialect.rs.
CREATE INDEX chats_ended ON chats (site_id, ended_at, id) WHERE state = 'ended';
