//! Owns `beckon doctor`: what was found, in one line each with what to do, and what the whole comes to. It changes nothing.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use crate::config::Settings;

mod database;
mod machine;
mod outside;

/// The arguments of `doctor`.
#[derive(Args)]
pub(super) struct Doctor {
    #[command(flatten)]
    settings: Settings,
    /// File with the same settings, in TOML [env: BECKON_CONFIG]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// How bad it is. The number is what the program ends with, as monitoring systems expect it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// As it should be.
    Ok,
    /// It works, and should be looked at.
    Warning,
    /// Something does not work, or is lost when something happens.
    Fault,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    state: State,
    /// What was seen.
    says: String,
    /// What to do; empty when it is as it should be.
    advice: String,
}

/// Everything that was looked at.
#[derive(Debug, Default)]
struct Findings {
    all: Vec<Finding>,
}

impl Findings {
    fn ok(&mut self, check: &'static str, says: impl Into<String>) {
        self.add(check, State::Ok, says.into(), String::new());
    }

    fn warning(&mut self, check: &'static str, says: impl Into<String>, advice: impl Into<String>) {
        self.add(check, State::Warning, says.into(), advice.into());
    }

    fn fault(&mut self, check: &'static str, says: impl Into<String>, advice: impl Into<String>) {
        self.add(check, State::Fault, says.into(), advice.into());
    }

    fn add(&mut self, check: &'static str, state: State, says: String, advice: String) {
        self.all.push(Finding { check, state, says, advice });
    }

    fn worst(&self) -> State {
        self.all.iter().map(|finding| finding.state).max().unwrap_or(State::Ok)
    }
}

/// Looks at everything and says what it found. Ends with 0 when all is well, with 1 for warnings and with 2 for faults.
///
/// # Errors
/// When nothing can be printed.
pub(super) async fn run(Doctor { settings, config, json }: Doctor) -> anyhow::Result<ExitCode> {
    let mut findings = Findings::default();
    match super::load(settings, config) {
        Err(error) => {
            findings.fault("settings", format!("{error:#}"), "correct it; the server does not start with it");
        }
        Ok(config) => {
            findings.ok("settings", "can be read");
            machine::look(&config, &mut findings);
            database::look(&config, &mut findings).await;
            outside::look(&config, &mut findings).await;
        }
    }
    print(&findings, json)?;
    Ok(ExitCode::from(findings.worst() as u8))
}

fn print(findings: &Findings, json: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if json {
        let whole = serde_json::json!({ "state": findings.worst(), "findings": findings.all });
        writeln!(out, "{whole}")?;
        return Ok(());
    }
    for Finding { check, state, says, advice } in &findings.all {
        let mark = match state {
            State::Ok => "ok",
            State::Warning => "WARNING",
            State::Fault => "FAULT",
        };
        let advice = if advice.is_empty() { String::new() } else { format!(": {advice}") };
        writeln!(out, "{mark:<8} {check:<12} {says}{advice}")?;
    }
    Ok(())
}
