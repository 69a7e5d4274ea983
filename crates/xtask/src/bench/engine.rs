//! `cargo xtask bench engine`: what the engine costs, each figure beside a floor that was measured in the same rounds.
//! Owns the command, the table and the JSON; what is measured stands in the submodules.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};

use crate::workspace::{self, cargo};

mod crowd;
mod events;
mod rounds;
mod site;

use rounds::Spread;

/// Visits of the crowd, the smaller first.
const CROWDS: [usize; 2] = [10_000, 1_000_000];

/// Among many visits an event may cost so many times what it costs among few, and count as flat.
const FLAT_MAX: f64 = 1.25;

/// Arguments of `cargo xtask bench engine`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Write the figures to this file as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Measure so many visits in this process and print one line of JSON; the command runs itself with it.
    #[arg(long, hide = true)]
    crowd: Option<usize>,
}

/// One figure.
#[derive(Serialize, Deserialize)]
struct Figure {
    name: String,
    unit: String,
    /// Over the rounds.
    value: Spread,
    /// The same work stripped to what nobody can leave out, in the same rounds.
    floor: Option<Spread>,
    /// The value should not be above this.
    limit: Option<f64>,
}

impl Figure {
    fn new(name: impl Into<String>, unit: &str, value: Spread) -> Self {
        Self { name: name.into(), unit: unit.to_owned(), value, floor: None, limit: None }
    }

    fn above(self, floor: Spread) -> Self {
        Self { floor: Some(floor), ..self }
    }

    fn at_most(self, limit: f64) -> Self {
        Self { limit: Some(limit), ..self }
    }
}

/// Measures and reports, in an optimised build of this program.
///
/// # Errors
/// When it cannot be built or measured; a figure above its limit is reported, not an error.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if cfg!(debug_assertions) {
        let mut command = cargo();
        command.args(["run", "--quiet", "--release", "--package", "xtask", "--", "bench", "engine"]);
        if let Some(file) = &arguments.json {
            command.arg("--json").arg(std::path::absolute(file)?);
        }
        return workspace::run(&mut command);
    }
    if let Some(visits) = arguments.crowd {
        println!("{}", serde_json::to_string(&crowd::measure(visits)?)?);
        return Ok(());
    }
    let mut figures = Vec::new();
    for rules in [10, 100, 1000] {
        figures.extend(events::measure(rules)?);
    }
    for visits in CROWDS {
        figures.extend(of_process(visits)?);
    }
    figures.extend(flatness(&figures));
    print(&figures);
    if let Some(file) = &arguments.json {
        let text = serde_json::to_string_pretty(&figures)?;
        std::fs::write(file, text + "\n").with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}

/// How much dearer an event is among many visits than among few, beyond what one look at a visit costs there.
fn flatness(figures: &[Figure]) -> Option<Figure> {
    let beyond = |visits: usize| {
        let name = format!("{}, {visits} visits", crowd::BEYOND);
        figures.iter().find(|figure| figure.name == name).map(|figure| figure.value.median)
    };
    let times = beyond(CROWDS[1])? / beyond(CROWDS[0])?;
    let name = format!("the same, {} visits to {}", CROWDS[1], CROWDS[0]);
    Some(Figure::new(name, "times", Spread::once(times)).at_most(FLAT_MAX))
}

/// A process of its own, so that its memory is that of the visits.
fn of_process(visits: usize) -> anyhow::Result<Vec<Figure>> {
    let program = std::env::current_exe()?;
    let output = Command::new(program).args(["bench", "engine", "--crowd", &visits.to_string()]).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn print(figures: &[Figure]) {
    let width = figures.iter().map(|figure| figure.name.chars().count()).max().unwrap_or(0);
    println!(
        "{:width$}  {:>11}  {:>17}  {:>9}  {:>6}  {:>8}",
        "figure", "median", "range", "floor", "ratio", "limit"
    );
    for figure in figures {
        let value = figure.value;
        let range = format!("{:.1}–{:.1}", value.low, value.high);
        let floor = figure.floor.map(|floor| format!("{:.1}", floor.median)).unwrap_or_default();
        let ratio =
            figure.floor.map(|floor| format!("{:.1}", value.median / floor.median)).unwrap_or_default();
        let limit = figure.limit.map(|limit| limit.to_string()).unwrap_or_default();
        let over =
            if figure.limit.is_some_and(|limit| value.median > limit) { "  above the limit" } else { "" };
        println!(
            "{:width$}  {:>11.1}  {range:>17}  {floor:>9}  {ratio:>6}  {limit:>8}  {}{over}",
            figure.name, value.median, figure.unit
        );
    }
}
