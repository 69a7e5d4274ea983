//! The `beckon` binary.

fn main() {}
