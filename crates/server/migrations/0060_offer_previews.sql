-- Links that show an offer on a page of its site, for a short time. Only the hash of a link's token is kept.
CREATE TABLE offer_previews (
    token_hash TEXT PRIMARY KEY,
    offer_id   TEXT NOT NULL REFERENCES offers (id) ON DELETE CASCADE,
    site_id    TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX offer_previews_by_offer ON offer_previews (offer_id, created_at);
CREATE INDEX offer_previews_by_site ON offer_previews (site_id);
CREATE INDEX offer_previews_by_expiry ON offer_previews (expires_at);
