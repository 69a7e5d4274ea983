//! Owns the SQL of sessions.
