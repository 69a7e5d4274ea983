-- Which node holds a visit, and which one did before: a node that comes back to a visit knows whether it is out of date.

ALTER TABLE visits ADD COLUMN node TEXT;
ALTER TABLE visits ADD COLUMN node_before TEXT;
