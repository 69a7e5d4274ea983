//! The console's speed, inside a real Chromium: a node with a full database is served by a bench of the server's, the
//! browser is led by a script of the journeys' package, and its figures are read.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, ensure};
use serde_json::Value;

use super::Row;
use crate::web;
use crate::workspace::cargo;

/// Arguments of `cargo xtask bench console`.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Serve from an unoptimised build, which is made faster.
    #[arg(long)]
    debug: bool,
}

/// The node; it ends with its input, which ends with us.
struct Served(Child);

/// Serves, measures, reads.
pub(super) fn measure(arguments: &Arguments) -> anyhow::Result<Vec<Row>> {
    web::install("web")?;
    web::build()?;
    web::install("e2e")?;
    let mut command: Command = cargo();
    command.args(["bench", "--quiet", "--package", "beckon-server", "--bench", "message"]);
    if arguments.debug {
        command.args(["--profile", "dev"]);
    }
    command.args(["--", "console"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut served = Served(command.spawn().context("cannot start cargo bench")?);
    let place = served.place()?;
    let said = |name: &str| place[name].as_str().with_context(|| format!("the node says no {name}"));
    let mut command = web::npm("e2e");
    command.args(["exec", "--", "playwright", "test", "--config", "bench.config.ts"]);
    command.env("BECKON_BENCH_URL", said("url")?).env("BECKON_BENCH_COOKIE", said("cookie")?);
    let output = command.stderr(Stdio::inherit()).output().context("cannot start npm")?;
    let text = String::from_utf8(output.stdout)?;
    ensure!(output.status.success(), "the measuring script failed: {}\n{text}", output.status);
    let rows: Vec<Row> =
        text.lines().filter(|line| line.starts_with('{')).map(row).collect::<anyhow::Result<_>>()?;
    ensure!(!rows.is_empty(), "the measuring script found nothing:\n{text}");
    Ok(rows)
}

impl Served {
    /// Where it is, once the database is full.
    fn place(&mut self) -> anyhow::Result<Value> {
        let output = self.0.stdout.take().context("the output is piped")?;
        for line in BufReader::new(output).lines() {
            let line = line?;
            if line.starts_with('{') {
                return Ok(serde_json::from_str(&line)?);
            }
        }
        anyhow::bail!("the node ended before it was ready: {}", self.0.wait()?)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

fn row(line: &str) -> anyhow::Result<Row> {
    let figure: Value = serde_json::from_str(line)?;
    let name = figure["name"].as_str().context("a figure has a name")?;
    let end = |at: usize| figure["range"][at].as_f64().unwrap_or_default();
    Ok(Row {
        name: format!("{name} ({:.0} to {:.0})", end(0), end(1)),
        value: figure["value"].as_f64().context("a figure has a value")?,
        unit: if figure["unit"] == "ms" { "ms" } else { "/s" },
        limit: figure["limit"].as_f64(),
    })
}
