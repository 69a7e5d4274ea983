//! `cargo xtask bench`: measured figures beside their limits, as a table and as JSON. Each group of figures is a
//! module of its own; none of them decides whether the project is good.

use std::path::PathBuf;

use anyhow::Context;
use serde::Serialize;

use crate::{demo, web};

mod engine;
mod sizes;
mod visitors;

/// Arguments of `cargo xtask bench`.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    part: Option<Part>,
    /// Write the figures to this file as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Connected visitors in the memory figure.
    #[arg(long, default_value_t = 10_000)]
    visitors: u32,
    /// Measure the release binary that is there, without building it.
    #[arg(long)]
    no_build: bool,
}

/// What is measured on its own.
#[derive(clap::Subcommand)]
enum Part {
    /// The engine alone: events, memory, compiling the rules.
    Engine(engine::Arguments),
}

/// One figure.
#[derive(Serialize)]
struct Row {
    name: String,
    value: f64,
    unit: &'static str,
    /// The figure should not be above this.
    limit: Option<f64>,
}

/// Measures and reports.
///
/// # Errors
/// When something cannot be built or measured; a figure above its limit is reported, not an error.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    match &arguments.part {
        Some(Part::Engine(arguments)) => return engine::run(arguments),
        None => {}
    }
    if !arguments.no_build {
        web::install("web")?;
        web::build()?;
        demo::build_server()?;
    }
    let mut rows = sizes::measure()?;
    rows.extend(visitors::measure(arguments.visitors)?);
    print(&rows);
    if let Some(file) = &arguments.json {
        let text = serde_json::to_string_pretty(&rows)?;
        std::fs::write(file, text + "\n").with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}

fn print(rows: &[Row]) {
    let width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
    println!("{:width$}  {:>10}  {:>10}", "figure", "value", "limit");
    for row in rows {
        let limit = row.limit.map(|limit| format!("{limit:.1}")).unwrap_or_default();
        let over = if row.limit.is_some_and(|limit| row.value > limit) { "  above the limit" } else { "" };
        println!("{:width$}  {:>10.1}  {limit:>10}  {}{over}", row.name, row.value, row.unit);
    }
}
