//! Owns what the directory of customers does beside being read: checking records, and taking in files.

pub mod check;
pub mod csv;
pub mod import;
