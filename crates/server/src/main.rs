//! The Beckon server.
fn main() {}
