//! The Beckon server as a library, so that the binary and the integration tests drive the same code.

pub mod changes;
pub mod clock;
pub mod http;
pub mod store;
