-- Lists go on after a time and an id: an index that has both is read in the order of the list, and nothing is sorted.

DROP INDEX enquiries_by_site;
CREATE INDEX enquiries_by_site ON enquiries (site_id, created_at, id);
DROP INDEX visits_by_site;
CREATE INDEX visits_by_site ON visits (site_id, started_at, id);
DROP INDEX audit_log_by_version;
CREATE INDEX audit_log_by_version ON audit_log (site_id, version, id);
DROP INDEX presentations_by_visit;
CREATE INDEX presentations_by_visit ON presentations (visit_id, presented_at, id);
-- How many enquiries are open is asked for by every console, again and again.
CREATE INDEX enquiries_open ON enquiries (site_id, queue_id) WHERE state = 'open';
