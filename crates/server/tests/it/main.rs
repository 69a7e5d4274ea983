//! The integration tests of the server, in one binary. Each module tests one surface.

mod harness;
mod store;
