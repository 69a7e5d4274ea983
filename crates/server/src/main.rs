//! Beckon: proactive chat for websites, in one binary.

mod store;

fn main() {}
