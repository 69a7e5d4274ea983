-- Who a site says its visitors are: the secret it signs with, and what was said of each visitor.

ALTER TABLE sites ADD COLUMN identity_secret TEXT;
ALTER TABLE sites ADD COLUMN identity_secret_at BIGINT;
-- What the present secret took the place of, good until then.
ALTER TABLE sites ADD COLUMN identity_secret_before TEXT;
ALTER TABLE sites ADD COLUMN identity_secret_before_until BIGINT;

-- The site's own reference of the customer; it never becomes another one.
ALTER TABLE visitors ADD COLUMN customer_ref TEXT;
-- 'signed' once a signed identity said it, until then 'claimed'.
ALTER TABLE visitors ADD COLUMN identity TEXT;
ALTER TABLE visitors ADD COLUMN identity_name TEXT;
ALTER TABLE visitors ADD COLUMN identity_email TEXT;
CREATE INDEX visitors_by_ref ON visitors (site_id, customer_ref);

-- The strongest thing said during this visit: 'signed' or 'claimed'.
ALTER TABLE visits ADD COLUMN identity TEXT;
