//! The commands of the project: demo, test, bench, rig, replay, fuzz, tidy and dist. Owns the command line and nothing else;
//! each command is a module of its own. No part of the product depends on this crate.
#![expect(clippy::print_stdout, reason = "a command line tool speaks on standard output")]

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod bench;
mod demo;
mod dist;
mod fuzz;
mod generated;
mod nats;
mod packages;
mod postgres;
mod replay;
mod rig;
mod service;
mod shop;
mod steps;
mod test;
mod tidy;
mod web;
mod workspace;

/// The commands of the Beckon project.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build everything and start server, console and demo shop; further arguments go to `beckon demo`.
    Demo(demo::Arguments),
    /// Install what the tests need and run all of them.
    Test(test::Arguments),
    /// Measure sizes and memory, print a table, write JSON with `--json FILE`.
    Bench(bench::Arguments),
    /// Break what the server stands on while people chat, and hold what they saw against what is stored.
    Rig(rig::Arguments),
    /// Drive the visitors of an access log through the engine with a rule set: what would have been offered, and why not.
    Replay(replay::Arguments),
    /// Run the fuzz targets, each for `--seconds N`.
    Fuzz(fuzz::Arguments),
    /// Check the house rules that no compiler checks.
    Tidy,
    /// Build the release binary and a Debian package.
    Dist,
}

/// The server's own allocator: what is measured in this process is measured as there.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Rig(arguments) => rig::run(&arguments),
        Command::Replay(arguments) => replay::run(&arguments),
        Command::Fuzz(arguments) => fuzz::run(&arguments),
        Command::Tidy => tidy::run(),
        Command::Dist => dist::run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
