//! The Beckon server as a library, so that the binary and the integration tests drive the same code.

pub mod app;
pub mod bus;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod driver;
pub mod http;
pub mod jobs;
pub mod mail;
#[cfg(feature = "openid-connect")]
pub mod openid;
pub mod outbound;
pub mod store;
pub mod vault;
pub mod ws;
