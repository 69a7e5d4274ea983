//! Messages and lists: how many a node acknowledges a second, how long one takes, and how long a list takes. The program that
//! measures is a bench of the server's, because it needs its store; here it is built, given a PostgreSQL of its own, and its
//! figures are read.

use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use serde_json::Value;

use super::Row;
use crate::postgres::{Postgres, Writes};
use crate::workspace::cargo;

/// Of the bare loop, in percent, at the least.
const OF_BARE_SQLITE: f64 = 60.0;
const OF_BARE_POSTGRES: f64 = 50.0;
/// At half of the rate that can be had, milliseconds at the most.
const P99_MS_MAX: f64 = 50.0;
/// The longest of the calls of a list, milliseconds.
const LIST_MS_MAX: f64 = 1_000.0;

/// Arguments of `cargo xtask bench lists`.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Serve from an unoptimised build, which is made faster.
    #[arg(long)]
    debug: bool,
}

impl Arguments {
    /// The profile to build with, where it is not the one of benches.
    pub(super) fn profile(&self) -> Option<&'static str> {
        self.debug.then_some("dev")
    }
}

/// Measures one group of figures, `message`, `deliver` or `lists`, with a build of this profile.
pub(super) fn measure(group: &str, writes: Writes, profile: Option<&str>) -> anyhow::Result<Vec<Row>> {
    let postgres = Postgres::start(writes)?;
    let mut command: Command = cargo();
    command.args(["bench", "--quiet", "--package", "beckon-server", "--bench", "message"]);
    command.args(profile.iter().flat_map(|profile| ["--profile", profile]));
    command.args(["--", group]);
    command.env("BECKON_TEST_POSTGRES_URL", postgres.url()).stderr(Stdio::inherit());
    let output = command.output().context("cannot start cargo bench")?;
    ensure!(output.status.success(), "the measuring program failed: {}", output.status);
    let text = String::from_utf8(output.stdout)?;
    let rows: Vec<Row> =
        text.lines().filter(|line| line.starts_with('{')).map(row).collect::<anyhow::Result<_>>()?;
    ensure!(!rows.is_empty(), "the measuring program found nothing");
    Ok(rows)
}

fn row(line: &str) -> anyhow::Result<Row> {
    let figure: Value = serde_json::from_str(line)?;
    let name = figure["name"].as_str().context("a figure has a name")?;
    let unit = match figure["unit"].as_str() {
        Some("ms") => "ms",
        Some("%") => "%",
        _ => "/s",
    };
    let spread = figure["range"].as_array().map(|range| {
        let end = |at: usize| range.get(at).and_then(Value::as_f64).unwrap_or_default();
        format!(" ({:.0} to {:.0})", end(0), end(1))
    });
    Ok(Row {
        name: format!("{name}{}", spread.unwrap_or_default()),
        value: figure["value"].as_f64().context("a figure has a value")?,
        unit,
        limit: limit(name),
    })
}

/// A share of the bare loop should not be below its limit, a wait not above it.
fn limit(name: &str) -> Option<f64> {
    if name.ends_with(": longest") {
        return Some(LIST_MS_MAX);
    }
    if name.ends_with("of the bare loop") {
        Some(if name.starts_with("SQLite") { OF_BARE_SQLITE } else { OF_BARE_POSTGRES })
    } else {
        (name.contains(" at ") && name.ends_with("p99")).then_some(P99_MS_MAX)
    }
}
