-- The nodes that work on this database, so that each of them can tell whether it hears all others. Times are the database's own.
CREATE TABLE nodes (
    id      TEXT PRIMARY KEY,
    seen_at BIGINT NOT NULL
);
