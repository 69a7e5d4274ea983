//! The integration tests of the server, in one binary. Each module tests one surface.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic")]

mod bus;
mod cli;
mod desk;
mod harness;
mod listener;
mod live;
mod lossy;
mod mail;
mod model;
mod operate;
mod rest;
mod routing;
mod secrets;
mod smtpd;
mod store;
mod webhooks;
