//! Owns running a measuring script of the journeys' package in the system's Chromium, and reading what it finds.

use std::process::Stdio;

use anyhow::{Context, ensure};

use super::figure::Figure;
use crate::{packages, web};

/// Runs `e2e/bench/{script}.spec.ts` with these variables.
///
/// # Errors
/// When the browser or the package is missing, or nothing is found.
pub(super) fn figures(script: &str, variables: &[(&str, &str)]) -> anyhow::Result<Vec<Figure>> {
    web::install("e2e")?;
    let mut command = web::npm("e2e");
    command.args(["exec", "--", "playwright", "test", "--config", "bench.config.ts"]);
    command.arg(format!("{script}.spec.ts")).envs(variables.iter().copied());
    command.env("BECKON_CHROMIUM", packages::chromium().context("chromium is missing")?);
    let output = command.stderr(Stdio::inherit()).output().context("cannot start npm")?;
    let text = String::from_utf8(output.stdout)?;
    ensure!(output.status.success(), "the measuring script failed: {}\n{text}", output.status);
    let lines = text.lines().filter(|line| line.starts_with('{'));
    let figures: Vec<Figure> = lines.map(Figure::parse).collect::<anyhow::Result<_>>()?;
    ensure!(!figures.is_empty(), "the measuring script found nothing:\n{text}");
    Ok(figures)
}
