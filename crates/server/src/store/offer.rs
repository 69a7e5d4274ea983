//! Owns the SQL of offers.
