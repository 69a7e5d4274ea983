-- On which origins the snippet of a site was last seen.
CREATE TABLE snippets_seen (
    site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
    origin  TEXT NOT NULL,
    -- The site had that origin among its own then.
    allowed BOOLEAN NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (site_id, origin)
);
