-- The log holds every administrative change, with what it was before and after. Lines of configuration are the versions of
-- a site (R-7, A-4).
ALTER TABLE audit_log RENAME TO audit_log_before;
CREATE TABLE audit_log (
    id           TEXT PRIMARY KEY,
    at           BIGINT NOT NULL,
    user_id      TEXT NOT NULL,
    -- As the person was called then.
    user_name    TEXT NOT NULL,
    -- The token by which it came, as it was called then; empty for the console.
    via          TEXT NOT NULL,
    action       TEXT NOT NULL,
    kind         TEXT NOT NULL,
    site_id      TEXT,
    -- To what: an id, and what that was called then.
    subject      TEXT NOT NULL,
    name         TEXT NOT NULL,
    detail       TEXT NOT NULL,
    -- JSON pointers of what is another thing than before, as JSON.
    changed      TEXT NOT NULL,
    -- The whole as JSON, without secrets; NULL where there was or is nothing.
    value_before TEXT,
    value_after  TEXT,
    -- The site's configuration version that it made.
    version      BIGINT,
    note         TEXT NOT NULL
);
INSERT INTO audit_log (id, at, user_id, user_name, via, action, kind, site_id, subject, name, detail, changed, note)
SELECT a.id, a.at, a.user_id, COALESCE(u.name, ''), '', a.action,
       CASE a.action
           WHEN 'identity_secret_made' THEN 'identity_secret'
           WHEN 'identity_secret_removed' THEN 'identity_secret'
           WHEN 'customers_exported' THEN 'site'
           WHEN 'customers_imported' THEN 'customer_import'
           ELSE 'customer'
       END,
       a.site_id, a.subject, '', a.detail, '[]', ''
FROM audit_log_before a LEFT JOIN users u ON u.id = a.user_id;
DROP TABLE audit_log_before;
CREATE INDEX audit_log_by_time ON audit_log (at, id);
CREATE INDEX audit_log_by_version ON audit_log (site_id, version);
