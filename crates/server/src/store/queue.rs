//! Owns the SQL of queues.
