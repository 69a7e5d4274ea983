-- How the mails of an enquiry ended, 'sent' or 'failed'; none before they are forgotten, and where there were none.
ALTER TABLE enquiries ADD COLUMN mail TEXT;
