//! Tests of the store, every one on both engines.

mod checkpoints;
mod config;
mod engine;
mod enquiries;
pub(crate) mod fixtures;
mod flow;
mod hand_requests;
mod migrations;
mod page_views;
mod people;
mod pictures;
mod returning;
mod silence;
mod sweep;
