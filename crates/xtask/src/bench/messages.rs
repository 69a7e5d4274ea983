//! Messages and lists: how many a node acknowledges a second, how long one takes, and how long a list takes. The program that
//! measures is a bench of the server's, because it needs its store; here it is built, given a PostgreSQL of its own, and its
//! figures are read.

use std::process::{Command, Stdio};

use anyhow::{Context, ensure};

use super::figure::Figure;
use crate::postgres::{Postgres, Writes};
use crate::workspace::cargo;

/// Of the bare loop, in percent, at the least.
const OF_BARE_SQLITE: f64 = 60.0;
const OF_BARE_POSTGRES: f64 = 50.0;
/// At half of the rate that can be had, milliseconds at the most.
const P99_MS_MAX: f64 = 50.0;
/// The longest of the calls of a list, milliseconds.
const LIST_MS_MAX: f64 = 1_000.0;

/// Acknowledged messages a second.
///
/// # Errors
/// When it cannot be built or measured.
pub(super) fn message() -> anyhow::Result<Vec<Figure>> {
    measure("message", Writes::Durable, false)
}

/// Every list of the interface.
///
/// # Errors
/// When it cannot be built or measured.
pub(super) fn lists(debug: bool) -> anyhow::Result<Vec<Figure>> {
    measure("lists", Writes::Fast, debug)
}

fn measure(group: &str, writes: Writes, debug: bool) -> anyhow::Result<Vec<Figure>> {
    let postgres = Postgres::start(writes)?;
    let mut command: Command = program(debug);
    command.args(["--", group]);
    command.env("BECKON_TEST_POSTGRES_URL", postgres.url()).stderr(Stdio::inherit());
    let output = command.output().context("cannot start cargo bench")?;
    ensure!(output.status.success(), "the measuring program failed: {}", output.status);
    let text = String::from_utf8(output.stdout)?;
    let figures: Vec<Figure> =
        text.lines().filter(|line| line.starts_with('{')).map(aimed).collect::<anyhow::Result<_>>()?;
    ensure!(!figures.is_empty(), "the measuring program found nothing");
    Ok(figures)
}

/// The server's bench.
pub(super) fn program(debug: bool) -> Command {
    let mut command = cargo();
    command.args(["bench", "--quiet", "--package", "beckon-server", "--bench", "message"]);
    if debug {
        command.args(["--profile", "dev"]);
    }
    command
}

/// A share of the bare loop should not be below its limit, a wait not above it.
fn aimed(line: &str) -> anyhow::Result<Figure> {
    let figure = Figure::parse(line)?;
    let name = &figure.name;
    Ok(if name.ends_with(": longest") {
        figure.at_most(LIST_MS_MAX)
    } else if name.ends_with("of the bare loop") {
        let share = if name.starts_with("SQLite") { OF_BARE_SQLITE } else { OF_BARE_POSTGRES };
        figure.at_least(share)
    } else if name.contains(" at ") && name.ends_with("p99") {
        figure.at_most(P99_MS_MAX)
    } else {
        figure
    })
}
