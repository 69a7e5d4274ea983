-- When each agent last let a chat pass, as JSON: they are rung for it again by that, whatever else rings at them meanwhile.
ALTER TABLE chats ADD COLUMN passed_at TEXT NOT NULL DEFAULT '{}';
