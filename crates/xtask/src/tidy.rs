//! `cargo xtask tidy`: runs the house rules of `tests/tidy.rs`, which `cargo test` runs as well.

use crate::workspace::{self, cargo};

/// Runs the checks.
///
/// # Errors
/// When a rule is broken.
pub(crate) fn run() -> anyhow::Result<()> {
    workspace::run(cargo().args(["test", "--quiet", "--package", "xtask", "--test", "tidy"]))
}
