//! `cargo xtask replay`: what a rule set would have done with the visitors of an access log. Reads the files and prints
//! the report; reading visits, deciding and the second opinion are the engine's affair.

use std::path::PathBuf;

use anyhow::{Context, bail};
use beckon_engine::replay::{ByHour, Log, Report, read_log, replay};
use serde::Serialize;

mod rules;

/// Disagreements that are shown in full.
const SHOWN_MAX: usize = 3;

/// Arguments of `cargo xtask replay`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// An access log in the Apache combined format.
    log: PathBuf,
    /// The rule set as JSON; a sample is in `crates/xtask/src/replay/sample.json`, which is used when absent.
    #[arg(long)]
    rules: Option<PathBuf>,
    /// What stands before each path of the log.
    #[arg(long, default_value = "https://site.test")]
    origin: String,
    /// Write the report to this file as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
}

/// What is written as JSON.
#[derive(Serialize)]
struct Written<'a> {
    unreadable: u64,
    bots: u64,
    assets: u64,
    #[serde(flatten)]
    report: &'a Report,
}

/// Replays a log and prints what came of it.
///
/// # Errors
/// When a file cannot be read, a rule is wrong, or the brute-force evaluation decides otherwise.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let world = rules::world(arguments.rules.as_deref())?;
    let bytes =
        std::fs::read(&arguments.log).with_context(|| format!("cannot read {}", arguments.log.display()))?;
    let log = read_log(&String::from_utf8_lossy(&bytes), &arguments.origin);
    let report = replay(&log.visits, &world);
    print(&log, &report);
    if let Some(file) = &arguments.json {
        let written =
            Written { unreadable: log.unreadable, bots: log.bots, assets: log.assets, report: &report };
        let text = serde_json::to_string_pretty(&written)?;
        std::fs::write(file, text + "\n").with_context(|| format!("cannot write {}", file.display()))?;
    }
    judge(&report)
}

fn print(log: &Log, report: &Report) {
    println!("{:>9}  lines that cannot be read", log.unreadable);
    println!("{:>9}  requests of programs", log.bots);
    println!("{:>9}  requests of what is no page", log.assets);
    println!("{:>9}  page views", report.page_views);
    println!("{:>9}  visits", report.visits);
    println!("{:>9}  of them with an offer or an alert", report.visits_with_offer);
    table("offers by rule and hour", &report.presented);
    table("alerts by rule and hour", &report.alerted);
    counts("outcomes, all assumed to be ignored", &report.outcomes);
    counts("page views without an offer, by reason", &report.refusals);
}

/// One row a rule, one column an hour in which there is anything.
fn table(title: &str, rows: &std::collections::BTreeMap<String, ByHour>) {
    if rows.is_empty() {
        return;
    }
    println!("\n{title}");
    let width = rows.keys().map(|name| name.chars().count()).max().unwrap_or(0).max(4);
    let hours: std::collections::BTreeSet<u8> = rows.values().flat_map(|by| by.keys().copied()).collect();
    let head: String = hours.iter().map(|hour| format!(" {hour:>4}")).collect();
    println!("  {:width$}   total{head}", "hour");
    for (name, by_hour) in rows {
        let total: u64 = by_hour.values().sum();
        let cell = |hour: &u8| by_hour.get(hour).map_or_else(|| "    ·".to_owned(), |n| format!(" {n:>4}"));
        println!("  {name:width$}  {total:>6}{}", hours.iter().map(cell).collect::<String>());
    }
}

/// Names as they stand in JSON, the most frequent first.
fn counts<T: Serialize>(title: &str, counts: &std::collections::BTreeMap<T, u64>) {
    println!("\n{title}");
    let name = |of: &T| serde_json::to_value(of).ok().and_then(|name| Some(name.as_str()?.to_owned()));
    let mut rows: Vec<_> = counts.iter().map(|(of, count)| (*count, name(of).unwrap_or_default())).collect();
    rows.sort_by(|a, b| b.cmp(a));
    for (count, name) in rows {
        println!("{count:>9}  {}", name.replace('_', " "));
    }
}

fn judge(report: &Report) -> anyhow::Result<()> {
    println!("\n{:>9}  decisions, each evaluated a second time by brute force", report.decisions);
    println!("{:>9}  visits in which it decided otherwise", report.disagreements.len());
    for visit in report.disagreements.iter().take(SHOWN_MAX) {
        println!("{}", serde_json::to_string_pretty(visit)?);
    }
    if !report.disagreements.is_empty() {
        bail!("engine and brute force do not agree");
    }
    Ok(())
}
