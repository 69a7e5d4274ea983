//! `cargo xtask fuzz`: builds the fuzz targets in `fuzz`, with coverage and by the compiler of the project, and runs them.
//! What a target claims is its own affair.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::ValueEnum;

use crate::workspace::{self, capture, cargo, root, target};

/// What `cargo fuzz` hands to the compiler, without the sanitizer of addresses: the project has no unsafe code.
const FLAGS: [&str; 6] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cdebug-assertions",
];
/// An input that takes longer is a finding.
const INPUT_S_MAX: u32 = 10;

/// A fuzz target.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Target {
    /// Rules as JSON.
    Rules,
    /// Matching of addresses.
    Matching,
    /// Business hours as JSON.
    Hours,
    /// Access logs.
    Log,
    /// Frames of browsers and consoles.
    Frames,
}

/// Arguments of `cargo xtask fuzz`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The target; all, one after the other, when absent.
    #[arg(value_enum)]
    target: Option<Target>,
    /// How long each runs.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Run the target on this input only, such as one that a finding has left behind.
    #[arg(long, requires = "target")]
    input: Option<PathBuf>,
}

/// Builds and runs the targets.
///
/// # Errors
/// When a target cannot be built, or has a finding.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let targets = arguments.target.map_or_else(|| Target::value_variants().to_vec(), |target| vec![target]);
    let folder = target()?.join("fuzz");
    for target in targets {
        let name = target.to_possible_value().expect("no target is skipped").get_name().to_owned();
        println!("==> {name}: building");
        let program = build(&name, &folder)?;
        match &arguments.input {
            Some(input) => workspace::run(std::process::Command::new(program).arg(input))?,
            None => fuzz(&name, &program, &folder, arguments.seconds)?,
        }
    }
    Ok(())
}

/// With a triple named, so that the flags are not those of build scripts and macros.
fn build(name: &str, folder: &Path) -> anyhow::Result<PathBuf> {
    let version = capture(cargo().args(["version", "--verbose"]))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).context("cargo names no host")?;
    let mut command = cargo();
    command.args([
        "build",
        "--release",
        "--manifest-path",
        "fuzz/Cargo.toml",
        "--target",
        host,
        "--bin",
        name,
    ]);
    if name == "frames" {
        command.args(["--features", "frames"]);
    }
    command.env("CARGO_TARGET_DIR", folder).env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\u{1f}"));
    workspace::run(&mut command)?;
    Ok(folder.join(host).join("release").join(name))
}

/// What was found to lead to new places is kept beside the build; the seeds stay as they are.
fn fuzz(name: &str, program: &Path, folder: &Path, seconds: u32) -> anyhow::Result<()> {
    let (corpus, findings) = (folder.join("corpus").join(name), folder.join("findings").join(name));
    for folder in [&corpus, &findings] {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    println!("==> {name}: {seconds} s");
    let mut command = std::process::Command::new(program);
    command.arg(format!("-max_total_time={seconds}")).arg(format!("-timeout={INPUT_S_MAX}"));
    command.arg("-print_final_stats=1").arg(format!("-artifact_prefix={}/", findings.display()));
    command.arg(&corpus).arg(root().join("fuzz/seeds").join(name));
    workspace::run(&mut command).with_context(|| {
        format!("a finding; run it again with: cargo xtask fuzz {name} --input {}/FILE", findings.display())
    })?;
    println!("==> {name}: no finding");
    Ok(())
}
