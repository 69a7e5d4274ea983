//! Where things are and how other programs are started: the root, the target folder, cargo. Decides nothing.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use anyhow::{Context, bail, ensure};

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("the crate lies two folders below the root")
        .to_path_buf()
}

/// A cargo that works in the root, the same one that started this program.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    // What the outer `cargo run` says of this package would make the inner cargo build things twice.
    for (name, _) in std::env::vars_os() {
        if name
            .to_str()
            .is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
        {
            command.env_remove(name);
        }
    }
    command
}

/// The folder that cargo builds into, whichever way it was configured.
pub(crate) fn target() -> anyhow::Result<PathBuf> {
    let output = cargo().args(["metadata", "--no-deps", "--format-version", "1"]).output()?;
    ensure!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let target = metadata["target_directory"].as_str().context("cargo metadata names no target folder")?;
    Ok(PathBuf::from(target))
}

/// Runs a program to its end, with its output on the terminal.
///
/// # Errors
/// When it cannot be started or reports failure.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let shown = show(command);
    let status = command.status().with_context(|| format!("cannot start: {shown}"))?;
    if !status.success() {
        bail!("{status}: {shown}");
    }
    Ok(())
}

/// Lines of a failed program's output that its error repeats.
const REPEATED_LINES: usize = 60;
/// After so long without a line it is asked whether the program has ended.
const QUIET: Duration = Duration::from_millis(200);

/// As [`run`], for a program with a long output: its error repeats the last lines, where they are found after all else.
///
/// # Errors
/// When it cannot be started or reports failure.
pub(crate) fn run_and_repeat(command: &mut Command) -> anyhow::Result<()> {
    let shown = show(command);
    let (reader, writer) = std::io::pipe()?;
    command.stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn().with_context(|| format!("cannot start: {shown}"))?;
    // The command held the writing ends: the lines end with the last program that writes to them.
    command.stdout(Stdio::inherit()).stderr(Stdio::inherit());
    let (lines, heard) = mpsc::sync_channel(REPEATED_LINES);
    std::thread::spawn(move || {
        for line in BufReader::new(reader).split(b'\n').map_while(Result::ok) {
            if lines.send(line).is_err() {
                break;
            }
        }
    });
    let mut last = VecDeque::new();
    loop {
        match heard.recv_timeout(QUIET) {
            Ok(line) => {
                let line = String::from_utf8_lossy(&line).into_owned();
                println!("{line}");
                if last.len() == REPEATED_LINES {
                    last.pop_front();
                }
                last.push_back(line);
            }
            // A program that the command left behind may hold its output open.
            Err(RecvTimeoutError::Timeout) if child.try_wait()?.is_some() => break,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("{status}: {shown}\n{}", Vec::from(last).join("\n"));
    }
    Ok(())
}

/// Runs a program to its end and returns what it wrote.
///
/// # Errors
/// As [`run`]; the message carries what the program wrote as its error.
pub(crate) fn capture(command: &mut Command) -> anyhow::Result<String> {
    let shown = show(command);
    let output = command.output().with_context(|| format!("cannot start: {shown}"))?;
    if !output.status.success() {
        bail!("{}: {shown}\n{}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The full path of a program on `PATH` or in the system's folders.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let system = ["/usr/local/bin", "/usr/bin", "/usr/sbin", "/bin", "/sbin"].map(PathBuf::from);
    std::env::split_paths(&path).chain(system).map(|folder| folder.join(program)).find(|file| file.is_file())
}

fn show(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_program_is_quoted_with_its_last_lines_only() {
        let error = run_and_repeat(Command::new("sh").args(["-c", "seq 100 200; echo the end >&2; exit 3"]));
        let error = error.expect_err("the program fails").to_string();
        assert!(error.ends_with("199\n200\nthe end"), "{error}");
        assert!(!error.contains("140"), "{error}");
    }

    #[test]
    fn a_program_left_behind_holds_nobody_up() {
        run_and_repeat(Command::new("sh").args(["-c", "sleep 60 & exit 0"])).expect("the program succeeds");
    }
}
