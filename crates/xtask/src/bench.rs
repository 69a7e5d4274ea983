//! `cargo xtask bench`: measured figures beside their limits, as a table and as JSON. Each group of figures is a
//! module of its own; none of them decides whether the project is good.

use std::path::PathBuf;

use anyhow::Context;
use serde::Serialize;

use crate::postgres::Writes;
use crate::{demo, web};

mod console;
mod engine;
mod messages;
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
    /// Acknowledged messages a second, and how long one takes.
    Message,
    /// How long a message takes from the agent to the visitor.
    Deliver,
    /// How long every list of the interface takes with 100 000 rows behind it, on both databases.
    Lists(messages::Arguments),
    /// How quick the console is in a browser, with long lists behind it.
    Console(console::Arguments),
}

/// One figure.
#[derive(Serialize)]
struct Row {
    name: String,
    value: f64,
    unit: &'static str,
    /// The figure should not be above this; a share, in percent, not below.
    limit: Option<f64>,
}

/// Measures and reports.
///
/// # Errors
/// When something cannot be built or measured; a figure above its limit is reported, not an error.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let rows = match &arguments.part {
        Some(Part::Engine(arguments)) => return engine::run(arguments),
        Some(Part::Message) => messages::measure("message", Writes::Durable, None)?,
        Some(Part::Deliver) => messages::measure("deliver", Writes::Durable, None)?,
        Some(Part::Lists(arguments)) => messages::measure("lists", Writes::Fast, arguments.profile())?,
        Some(Part::Console(arguments)) => console::measure(arguments)?,
        None => sizes_and_memory(arguments)?,
    };
    print(&rows);
    if let Some(file) = &arguments.json {
        let text = serde_json::to_string_pretty(&rows)?;
        std::fs::write(file, text + "\n").with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}

fn sizes_and_memory(arguments: &Arguments) -> anyhow::Result<Vec<Row>> {
    if !arguments.no_build {
        web::install("web")?;
        web::build()?;
        demo::build_server()?;
    }
    let mut rows = sizes::measure()?;
    rows.extend(visitors::measure(arguments.visitors)?);
    Ok(rows)
}

fn print(rows: &[Row]) {
    let width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
    println!("{:width$}  {:>10}  {:>10}", "figure", "value", "limit");
    for row in rows {
        let limit = row.limit.map(|limit| format!("{limit:.1}")).unwrap_or_default();
        let over = match row.limit {
            Some(limit) if row.unit == "%" && row.value < limit => "  below the limit",
            Some(limit) if row.unit != "%" && row.value > limit => "  above the limit",
            Some(_) | None => "",
        };
        println!("{:width$}  {:>10.1}  {limit:>10}  {}{over}", row.name, row.value, row.unit);
    }
}
