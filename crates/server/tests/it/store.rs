//! Tests of the store, every one on both engines.

mod config;
mod engine;
mod fixtures;
mod people;
