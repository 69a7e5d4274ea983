-- What a visit came with, and what became of the forms of its pages.

-- UTM parameters by their names without the prefix, as JSON.
ALTER TABLE visits ADD COLUMN utm TEXT NOT NULL DEFAULT '{}';

ALTER TABLE page_views ADD COLUMN form_entered_at BIGINT;
ALTER TABLE page_views ADD COLUMN form_input_at BIGINT;
ALTER TABLE page_views ADD COLUMN form_submitted_at BIGINT;
