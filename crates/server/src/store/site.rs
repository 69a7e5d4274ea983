//! Owns the SQL of sites.
