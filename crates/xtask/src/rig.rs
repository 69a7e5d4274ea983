//! `cargo xtask rig`: breaks what the server stands on while visitors and agents chat, and holds what every one of them
//! saw against what is stored. The promises are those of section 9 of the specification. Owns the command and the verdict.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::ValueEnum;
use futures_util::StreamExt;

use crate::demo;
use crate::postgres::Writes;
use crate::workspace::{self, target};

mod agent;
mod book;
mod crowd;
mod database;
mod dice;
mod disk;
mod fault;
mod faults;
mod judge;
mod mount;
mod node;
mod proxy;
mod report;
mod scene;
mod socket;
mod span;
mod stage;
mod stored;
mod view;
mod visitor;

use fault::Fault;
use report::Line;
use scene::{Course, Length, Programs};

/// A fault that takes longer than this has got stuck.
const FAULT_WITHIN: Duration = Duration::from_secs(6 * 3_600);

/// Arguments of `cargo xtask rig`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The faults to make; all when none is named.
    #[arg(value_enum)]
    faults: Vec<Fault>,
    /// How often each fault strikes.
    #[arg(long, default_value_t = 5)]
    rounds: u32,
    /// Where chance begins; the same seed makes the same choices.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Run the optimised binary.
    #[arg(long)]
    release: bool,
    /// Run this binary, and build none.
    #[arg(long, conflicts_with = "release")]
    program: Option<PathBuf>,
    /// With `upgrade` alone: begin with this binary, of an earlier version; each node comes back with the one that is tried.
    #[arg(long, value_name = "BINARY")]
    from: Option<PathBuf>,
    /// Few and short rounds; without names the quick faults.
    #[arg(long)]
    smoke: bool,
    /// Let PostgreSQL acknowledge what it has not written, and the embedded database what the disk has not synced: with
    /// `database-restart` and `power-loss` the rig must find lost messages. It shows that the rig can fail.
    #[arg(long)]
    unsafe_writes: bool,
    /// Visitors take so many times as long between two messages: then more runs go beside one another.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=100))]
    pace: u64,
    /// No more strangers than this in `reconnect-storm` (5000 otherwise), `flood` (2000) and `slowloris` (1600): a round takes less time then.
    #[arg(long, value_name = "STRANGERS", value_parser = clap::value_parser!(u32).range(450..))]
    crowd: Option<u32>,
    /// Faults that are made at the same time, each on an installation of its own.
    #[arg(long, default_value_t = 1)]
    at_once: usize,
    /// Write the table to this file as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
}

/// Runs the faults.
///
/// # Errors
/// When a promise was broken, or a run could not be had.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if arguments.from.is_some() && arguments.faults != [Fault::Upgrade] {
        bail!("--from is for the fault upgrade alone");
    }
    let from = arguments.from.as_ref().map(std::path::absolute).transpose()?;
    let program = match &arguments.program {
        Some(program) => std::path::absolute(program)?,
        None => build(arguments)?,
    };
    let wanted = |fault: &&Fault| !arguments.smoke || fault.is_quick();
    let all = Fault::value_variants().iter().filter(wanted).copied().collect();
    let faults = if arguments.faults.is_empty() { all } else { arguments.faults.clone() };
    // Two threads for the clients; what starts processes stays on this one, which outlives them.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let programs = Programs { first: from.as_deref().unwrap_or(&program), tried: &program };
    let runs = futures_util::stream::iter(faults.clone()).map(|fault| one(arguments, programs, fault));
    let lines: Vec<_> = runtime.block_on(runs.buffered(arguments.at_once).collect());
    report::print(&lines);
    if let Some(file) = &arguments.json {
        let text = serde_json::to_string_pretty(&lines)?;
        std::fs::write(file, text + "\n").with_context(|| format!("cannot write {}", file.display()))?;
    }
    verdict(arguments, &faults, &lines)
}

/// A few short rounds of the faults that hold on a busy machine too, two at a time. `xtask` is this program, as it stands now.
///
/// # Errors
/// When a promise was broken, or a run could not be had.
pub(crate) fn smoke(xtask: &Path) -> anyhow::Result<()> {
    let mut arguments = vec!["rig", "--smoke", "--at-once", "2", "kill", "kill-node", "malformed"];
    if mount::is_possible() {
        arguments.push("power-loss");
    } else {
        println!("not root, or no /dev/fuse: the power loss needs a file system of its own and is left out");
    }
    workspace::run_and_repeat(Command::new(xtask).args(arguments))
}

async fn one(arguments: &Arguments, programs: Programs<'_>, fault: Fault) -> Line {
    let (rounds, length) = if arguments.smoke {
        (fault.smoke_rounds(), Length::Smoke)
    } else {
        (arguments.rounds, Length::Full)
    };
    let crowd = arguments.crowd.filter(|_| fault.has_strangers());
    let bounded = crowd.map(|crowd| format!(", at most {crowd} strangers")).unwrap_or_default();
    println!("{}: {rounds} rounds, seed {}{bounded}", fault.name(), arguments.seed);
    let writes = if arguments.unsafe_writes { Writes::Fast } else { Writes::Kept };
    let course = Course {
        rounds,
        length,
        seed: arguments.seed,
        pace: arguments.pace,
        strangers_max: crowd.map_or(usize::MAX, |crowd| usize::try_from(crowd).unwrap_or(usize::MAX)),
        writes,
    };
    let run = scene::run(programs, fault, course);
    let line = tokio::time::timeout(FAULT_WITHIN, run).await.context("the run got stuck");
    let mut line = line.and_then(|line| line).unwrap_or_else(|error| Line::failed(fault, &error));
    line.strangers_max = crowd;
    line
}

fn build(arguments: &Arguments) -> anyhow::Result<PathBuf> {
    if !arguments.release {
        return demo::build_debug_server();
    }
    demo::build_server()?;
    Ok(target()?.join("release/beckon"))
}

/// Says again what was broken, and how to see it again.
fn verdict(arguments: &Arguments, faults: &[Fault], lines: &[Line]) -> anyhow::Result<()> {
    let mut broken = 0;
    for (fault, line) in faults.iter().zip(lines).filter(|(_, line)| !line.violations.is_empty()) {
        broken += line.violations.len();
        let length =
            if arguments.smoke { "--smoke".to_owned() } else { format!("--rounds {}", arguments.rounds) };
        let (name, Arguments { seed, pace, .. }) = (fault.name(), arguments);
        let crowd = line.strangers_max.map(|crowd| format!(" --crowd {crowd}")).unwrap_or_default();
        println!("\n{name}, again with: cargo xtask rig {name} {length} --seed {seed} --pace {pace}{crowd}");
        for violation in &line.violations {
            println!("  {}: {}", violation.promise, violation.what);
        }
    }
    if broken > 0 {
        bail!("{broken} promises were broken");
    }
    println!("\nno promise was broken");
    Ok(())
}
