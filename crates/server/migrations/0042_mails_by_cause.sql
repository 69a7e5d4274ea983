-- Whose words a mail holds is told by the chat or the enquiry that it was written for, never by an address that somebody typed.

ALTER TABLE mails ADD COLUMN chat_id TEXT;
ALTER TABLE mails ADD COLUMN enquiry_id TEXT;
UPDATE mails SET chat_id = (SELECT t.chat_id FROM chat_transcripts t WHERE t.id = mails.id) WHERE kind = 'transcript';
-- A mail of an enquiry was written with it; where two could be meant, none is.
UPDATE mails SET enquiry_id = (
    SELECT MIN(e.id) FROM enquiries e
    WHERE e.email = mails.reply_to AND e.created_at <= mails.created_at AND e.created_at > mails.created_at - 2000
    HAVING COUNT(*) = 1)
WHERE kind = 'enquiry';
CREATE INDEX mails_by_chat ON mails (chat_id) WHERE chat_id IS NOT NULL;
CREATE INDEX mails_by_enquiry ON mails (enquiry_id) WHERE enquiry_id IS NOT NULL;
