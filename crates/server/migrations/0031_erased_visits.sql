-- Visits that were erased: what is written behind for them meanwhile is deleted when it is due.
CREATE TABLE erased_visits (
    visit_id TEXT PRIMARY KEY,
    due_at   BIGINT NOT NULL
);
CREATE INDEX erased_visits_by_due ON erased_visits (due_at);
