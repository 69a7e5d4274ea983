-- Whom the text of a draft is for: 'all', or 'staff' for a note that visitors never see (Q-9).
ALTER TABLE drafts ADD COLUMN audience TEXT NOT NULL DEFAULT 'all';
