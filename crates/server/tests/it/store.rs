//! Tests of the store, every one on both engines.

mod config;
mod engine;
pub(crate) mod fixtures;
mod page_views;
mod people;
mod pictures;
mod sweep;
