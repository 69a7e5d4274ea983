-- Who has an import taken in may be a program: its token is named in the audit log.

ALTER TABLE customer_imports ADD COLUMN via TEXT NOT NULL DEFAULT '';
