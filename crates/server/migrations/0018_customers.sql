-- The directory of customers: records, what they were merged from, imports; and who did what of consequence.

CREATE TABLE customers (
    id           TEXT PRIMARY KEY,
    site_id      TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
    -- The site's own reference; none while nobody has given one.
    customer_ref TEXT,
    first_name   TEXT NOT NULL,
    last_name    TEXT NOT NULL,
    email        TEXT NOT NULL,
    phone        TEXT NOT NULL,
    company      TEXT NOT NULL,
    -- Values of the site's own fields by key, as JSON.
    fields       TEXT NOT NULL,
    -- All that a search looks at, in lower case.
    search       TEXT NOT NULL,
    -- What the list is ordered by, in lower case.
    sort_name    TEXT NOT NULL,
    -- The record that this one went into; it is then no longer in the directory.
    merged_into  TEXT,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL
);
CREATE UNIQUE INDEX customers_by_ref ON customers (site_id, customer_ref);
CREATE INDEX customers_by_name ON customers (site_id, sort_name, id);
CREATE INDEX customers_merged ON customers (merged_into);

-- The site's own fields, as JSON.
CREATE TABLE customer_fields (
    site_id TEXT PRIMARY KEY REFERENCES sites (id) ON DELETE CASCADE,
    fields  TEXT NOT NULL
);

CREATE TABLE customer_merges (
    id        TEXT PRIMARY KEY,
    site_id   TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
    kept_id   TEXT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    gone_id   TEXT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    merged_at BIGINT NOT NULL,
    merged_by TEXT NOT NULL,
    -- What the kept record was before and became, and which records had gone into the other one, as JSON.
    change    TEXT NOT NULL,
    undone_at BIGINT
);
CREATE INDEX customer_merges_by_kept ON customer_merges (kept_id, merged_at);
CREATE INDEX customer_merges_by_gone ON customer_merges (gone_id);

CREATE TABLE customer_imports (
    id          TEXT PRIMARY KEY,
    site_id     TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
    user_id     TEXT NOT NULL,
    state       TEXT NOT NULL,
    -- The file; emptied once it is taken in.
    body        TEXT NOT NULL,
    -- Columns of the file and what each is taken for, as JSON.
    columns     TEXT NOT NULL,
    rows_total  BIGINT NOT NULL,
    -- The next row to work off: what is before it is committed.
    rows_done   BIGINT NOT NULL,
    created     BIGINT NOT NULL,
    updated     BIGINT NOT NULL,
    unchanged   BIGINT NOT NULL,
    refused     BIGINT NOT NULL,
    -- The first rows that were not taken, with reasons, as JSON.
    problems    TEXT NOT NULL,
    -- A node that works on it renews this; another one goes on once it has passed. Idle imports are forgotten then.
    due_at      BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX customer_imports_by_site ON customer_imports (site_id, created_at);
CREATE INDEX customer_imports_by_due ON customer_imports (due_at);

-- Who did what of consequence. Holds no personal data of customers.
CREATE TABLE audit_log (
    id      TEXT PRIMARY KEY,
    at      BIGINT NOT NULL,
    user_id TEXT NOT NULL,
    action  TEXT NOT NULL,
    site_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail  TEXT NOT NULL
);
CREATE INDEX audit_log_by_time ON audit_log (at);

-- A link that an agent made by hand.
ALTER TABLE visitors ADD COLUMN customer_id TEXT;
CREATE INDEX visitors_by_customer ON visitors (customer_id);
