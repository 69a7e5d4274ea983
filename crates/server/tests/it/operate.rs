//! Tests what operators do with a server: watch it, stop it, back it up, restore it, move it, and ask what is wrong.

mod draining;
mod readiness;
