-- Nodes that do not hear each other look for the offers that another has taken back.
CREATE INDEX presentations_withdrawn ON presentations (outcome_at) WHERE outcome = 'withdrawn';
