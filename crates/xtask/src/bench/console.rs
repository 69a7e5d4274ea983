//! The console's speed, inside a real Chromium: a node with a full database is served by a bench of the server's, the
//! browser is led by a script of the journeys' package, and its figures are read.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use anyhow::Context;
use serde_json::Value;

use super::browser;
use super::figure::Figure;
use super::messages::program;
use crate::web;

/// The node; it ends with its input, which ends with us.
struct Served(Child);

/// Serves, measures, reads.
///
/// # Errors
/// When it cannot be built or measured.
pub(super) fn measure(debug: bool) -> anyhow::Result<Vec<Figure>> {
    web::install("web")?;
    web::build()?;
    let mut command = program(debug);
    command.args(["--", "console"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut served = Served(command.spawn().context("cannot start cargo bench")?);
    let place = served.place()?;
    let said = |name: &str| place[name].as_str().with_context(|| format!("the node says no {name}"));
    browser::figures(
        "console",
        &[("BECKON_BENCH_URL", said("url")?), ("BECKON_BENCH_COOKIE", said("cookie")?)],
    )
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
