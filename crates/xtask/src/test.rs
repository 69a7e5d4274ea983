//! `cargo xtask test`: every check of the project, in one go, on services of its own. The checks themselves live
//! with what they check.

use std::process::Command;

use anyhow::Context;
use clap::ValueEnum;

use crate::bench::instructions;
use crate::nats::Nats;
use crate::postgres::{Postgres, Writes};
use crate::steps::Steps;
use crate::workspace::{self, cargo, find, target};
use crate::{demo, generated, packages, rig, web};

/// A part of the tests.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Widget and console: lint, types, unit tests.
    Web,
    /// Server, engine and tools: format, lint, tests on both databases.
    Rust,
    /// Requests made out of the description of the REST interface, against a running server.
    Rest,
    /// What engine and frames cost, in instructions, held against what they cost before.
    Instructions,
    /// Journeys in a real browser against the release binary.
    E2e,
}

/// Arguments of `cargo xtask test`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run this part only; may be given several times.
    #[arg(long, value_enum)]
    only: Vec<Part>,
    /// Send generated requests for so long, other ones each time; without it a few that are always the same.
    #[arg(long)]
    rest_seconds: Option<u32>,
}

/// Runs the tests.
///
/// # Errors
/// When a step failed or could not be run.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let wanted = |part| arguments.only.is_empty() || arguments.only.contains(&part);
    let mut steps = Steps::new();
    let installed = steps.step("system packages", packages::install).is_some();
    let built = web_build(&mut steps);
    if wanted(Part::Web) {
        web_tests(&mut steps);
    }
    if wanted(Part::Rust) {
        rust_checks(&mut steps, built);
        rust_tests(&mut steps, installed && built);
    }
    if wanted(Part::Rest) {
        generated_requests(&mut steps, installed && built, arguments.rest_seconds);
    }
    if wanted(Part::Instructions) {
        counted_instructions(&mut steps, installed && built);
    }
    if wanted(Part::E2e) {
        journeys(&mut steps, installed && built);
    }
    if !arguments.only.is_empty() {
        println!("\nonly the named parts were run");
    }
    steps.close()
}

/// The binary embeds the web's files, so that they come first.
fn web_build(steps: &mut Steps) -> bool {
    steps.step("web: npm packages", || web::install("web")).is_some()
        && steps.step("web: build", web::build).is_some()
}

fn web_tests(steps: &mut Steps) {
    steps.step("web: biome and tsc", || workspace::run_and_repeat(web::npm("web").args(["run", "check"])));
    steps.step("web: vitest", || workspace::run_and_repeat(web::npm("web").args(["test"])));
}

fn rust_checks(steps: &mut Steps, built: bool) {
    steps.step("rust: format", || workspace::run_and_repeat(cargo().args(["fmt", "--all", "--check"])));
    if !built {
        steps.not_run("rust: clippy");
        return;
    }
    let clippy = ["clippy", "--workspace", "--all-targets", "--keep-going", "--", "--deny", "warnings"];
    steps.step("rust: clippy", || workspace::run_and_repeat(cargo().args(clippy)));
    if find("cargo-deny").is_some() || cargo_home_has("cargo-deny") {
        let deny = ["deny", "--offline", "check", "licenses", "bans", "sources"];
        steps.step("rust: licences and sources", || workspace::run(cargo().args(deny)));
    } else {
        println!("\ncargo-deny is not installed: licences and sources of the dependencies were not checked");
    }
}

fn rust_tests(steps: &mut Steps, ready: bool) {
    const NAMES: [&str; 3] = [
        "rust: tests on SQLite, PostgreSQL and NATS",
        "rust: examples in the documentation",
        "rust: the rig, a few short rounds",
    ];
    if !ready {
        NAMES.iter().for_each(|name| steps.not_run(name));
        return;
    }
    let services = steps.step("rust: start PostgreSQL and nats-server, find the mail server", || {
        Ok((Postgres::start(Writes::Fast)?, Nats::start()?, packages::smtpd()?))
    });
    let Some((postgres, nats, smtpd)) = services else {
        NAMES.iter().for_each(|name| steps.not_run(name));
        return;
    };
    let with_services = |command: &mut Command| {
        command.env("BECKON_TEST_POSTGRES_URL", postgres.url()).env("BECKON_TEST_NATS_URL", nats.url());
        command.env("BECKON_TEST_SMTPD", &smtpd);
        workspace::run_and_repeat(command)
    };
    let nextest = find("cargo-nextest").is_some() || cargo_home_has("cargo-nextest");
    let runner: &[&str] = if nextest {
        &["nextest", "run", "--workspace", "--no-fail-fast"]
    } else {
        &["test", "--workspace", "--no-fail-fast", "--lib", "--bins", "--tests"]
    };
    steps.step(NAMES[0], || with_services(cargo().args(runner)));
    steps.step(NAMES[1], || with_services(cargo().args(["test", "--workspace", "--doc"])));
    // The tests have built this program anew, in the place where it stood.
    steps.step(NAMES[2], || rig::smoke(&target()?.join("debug/xtask")));
}

fn generated_requests(steps: &mut Steps, ready: bool, seconds: Option<u32>) {
    const NAME: &str = "rest: generated requests";
    let ready = ready && steps.step("rest: server", demo::build_debug_server).is_some();
    if !ready {
        steps.not_run(NAME);
        return;
    }
    steps.step(NAME, || generated::send(seconds));
}

fn counted_instructions(steps: &mut Steps, ready: bool) {
    const NAME: &str = "instructions: engine and frames";
    let ready = ready
        && steps.step("instructions: runner", packages::gungraun_runner).is_some()
        && steps.step("instructions: optimised build", instructions::build).is_some();
    if !ready {
        steps.not_run(NAME);
        return;
    }
    steps.step(NAME, instructions::check);
}

fn journeys(steps: &mut Steps, ready: bool) {
    const NAME: &str = "e2e: journeys in Chromium";
    let ready = ready
        && steps.step("e2e: release binary", demo::build_server).is_some()
        && steps.step("e2e: npm packages", || web::install("e2e")).is_some();
    if !ready {
        steps.not_run(NAME);
        return;
    }
    steps.step("e2e: biome and tsc", || workspace::run_and_repeat(web::npm("e2e").args(["run", "check"])));
    steps.step(NAME, || {
        if !packages::is_root()? {
            println!(
                "not root: the journeys through a cluster behind a proxy need network namespaces and are left out"
            );
        }
        let chromium = packages::chromium().context("chromium is missing")?;
        let mut command = web::npm("e2e");
        command.env("BECKON_BIN", target()?.join("release/beckon")).env("BECKON_CHROMIUM", chromium);
        command.env("BECKON_TEST_SMTPD", packages::smtpd()?);
        workspace::run_and_repeat(command.arg("test"))
    });
}

fn cargo_home_has(program: &str) -> bool {
    let home = std::env::var_os("CARGO_HOME").map(std::path::PathBuf::from);
    let home = home.or_else(|| Some(std::path::PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    home.is_some_and(|home| home.join("bin").join(program).is_file())
}
