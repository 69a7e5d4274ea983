//! Tests of the store, every one on both engines.

mod config;
mod engine;
pub(crate) mod fixtures;
mod migrations;
mod page_views;
mod people;
mod pictures;
mod returning;
mod sweep;
