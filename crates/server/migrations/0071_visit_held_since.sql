-- The epoch since which the node that holds a visit has held it without another between: what a node remembers from an
-- earlier epoch is out of date. It takes the place of node_before, which nodes of earlier versions still write.
ALTER TABLE visits ADD COLUMN held_since BIGINT;
