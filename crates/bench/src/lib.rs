//! The site and the visits with which the engine is measured, in time by `cargo xtask bench` and in instructions by the bench
//! of this crate. Measures nothing itself; no part of the product depends on it.

pub mod site;
pub mod visits;
