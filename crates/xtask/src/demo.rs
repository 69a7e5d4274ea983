//! `cargo xtask demo`: builds everything and becomes `beckon demo`. What the demo shows is the server's affair.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Context;

use crate::web;
use crate::workspace::{self, cargo, target};

/// Arguments of `cargo xtask demo`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Passed on to `beckon demo`, for example `--visitors 50`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

/// Builds and starts the demo.
///
/// # Errors
/// When a part cannot be built or the server cannot be started.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    eprintln!("[1/4] npm packages");
    web::install("web")?;
    eprintln!("[2/4] widget and console");
    web::build()?;
    eprintln!("[3/4] server (the first time takes several minutes)");
    build_server()?;
    eprintln!("[4/4] starting");
    let program = target()?.join("release/beckon");
    let error = Command::new(&program).arg("demo").args(&arguments.rest).exec();
    Err(error).with_context(|| format!("cannot start {}", program.display()))
}

/// Builds the debug binary as the tests do, so that nothing is built twice; yields where it is.
///
/// # Errors
/// When cargo fails.
pub(crate) fn build_debug_server() -> anyhow::Result<PathBuf> {
    workspace::run(cargo().args(["build", "--workspace", "--bins", "--tests"]))?;
    Ok(workspace::target()?.join("debug/beckon"))
}

/// Builds the release binary.
///
/// # Errors
/// When cargo fails.
pub(crate) fn build_server() -> anyhow::Result<()> {
    workspace::run(cargo().args(["build", "--release", "--package", "beckon-server", "--bin", "beckon"]))
}
