//! Owns the SQL of rules.
