-- Pictures of a site's looks and offers, which every visitor may see. Made anew by the server, and small.
CREATE TABLE pictures (
    id         TEXT PRIMARY KEY,
    site_id    TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
    media_type TEXT NOT NULL,
    content    BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX pictures_by_site ON pictures (site_id, created_at);
