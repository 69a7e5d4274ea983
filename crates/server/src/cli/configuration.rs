//! Owns `beckon config`: the configuration of a running server as a file. What a file changes is decided by the server; this asks
//! it and says what it answers.

use std::fmt::Write as _;
use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::Value;

use crate::http::configuration::document::Configuration;
use crate::http::configuration::schema;
use crate::outbound::remote::Remote;

const PATH: &str = "/api/v1/configuration";
const TOKEN: &str = "BECKON_TOKEN";
/// Characters of a value that are shown.
const SHOWN_CHARS_MAX: usize = 100;
/// What `plan --exit-code` ends with when something would change.
const CHANGES: u8 = 2;

/// What can be done with a configuration.
#[derive(Subcommand)]
pub(super) enum ConfigCommand {
    /// Write the configuration of a server into a file
    Export(Export),
    /// Say what a file would change, and change nothing
    Plan(Plan),
    /// Make the configuration of a server what a file says, as a whole or not at all
    Apply(Apply),
}

#[derive(Args)]
struct Server {
    /// The server [env: BECKON_SERVER] [default: http://127.0.0.1:8080]
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// File with an API token of the scope administration:read, to apply administration:write [default: what BECKON_TOKEN holds]
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

/// The arguments of `export`.
#[derive(Args)]
pub(super) struct Export {
    #[command(flatten)]
    server: Server,
    /// Where to write it [default: the standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The arguments of `plan`.
#[derive(Args)]
pub(super) struct Plan {
    #[command(flatten)]
    server: Server,
    /// End with status 2 when something would change
    #[arg(long)]
    exit_code: bool,
    /// The configuration; - for the standard input
    file: PathBuf,
}

/// The arguments of `apply`.
#[derive(Args)]
pub(super) struct Apply {
    #[command(flatten)]
    server: Server,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// The configuration; - for the standard input, which takes --yes
    file: PathBuf,
}

/// What the server answers to a file.
#[derive(Deserialize)]
struct Answered {
    based_on: String,
    changes: Vec<Change>,
}

#[derive(Deserialize)]
struct Change {
    action: String,
    kind: String,
    site: Option<String>,
    name: String,
    differences: Vec<Difference>,
}

#[derive(Deserialize)]
struct Difference {
    pointer: String,
    before: Option<Value>,
    after: Option<Value>,
}

/// A refusal as RFC 9457 writes it.
#[derive(Deserialize)]
struct Refused {
    title: String,
    detail: String,
    errors: Vec<FieldError>,
}

#[derive(Deserialize)]
struct FieldError {
    pointer: String,
    detail: String,
}

/// Does what is asked for.
///
/// # Errors
/// When the server refuses or cannot be reached, or a file cannot be read or written.
pub(super) async fn run(command: ConfigCommand) -> anyhow::Result<ExitCode> {
    match command {
        ConfigCommand::Export(export) => write_out(export).await,
        ConfigCommand::Plan(Plan { server, exit_code, file }) => {
            let plan = plan(&server.open()?, read(&file)?).await?;
            print(&plan)?;
            let differs = exit_code && !plan.changes.is_empty();
            Ok(if differs { ExitCode::from(CHANGES) } else { ExitCode::SUCCESS })
        }
        ConfigCommand::Apply(apply) => put(apply).await,
    }
}

async fn write_out(export: Export) -> anyhow::Result<ExitCode> {
    let server = export.server.open()?;
    let mut file: Configuration = serde_json::from_str(&accepted(server.get(PATH).await?)?)?;
    file.schema = Some(server.address(schema::PATH)?.to_string());
    let mut text = serde_json::to_string_pretty(&file)?;
    text.push('\n');
    match export.output {
        Some(path) => {
            std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        }
        None => std::io::stdout().write_all(text.as_bytes())?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn put(apply: Apply) -> anyhow::Result<ExitCode> {
    let server = apply.server.open()?;
    let text = read(&apply.file)?;
    let planned = plan(&server, text.clone()).await?;
    print(&planned)?;
    if planned.changes.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    if !apply.yes && !is_wanted()? {
        writeln!(std::io::stdout(), "Nothing was changed.")?;
        return Ok(ExitCode::FAILURE);
    }
    let path = format!("{PATH}?based_on={}", planned.based_on);
    accepted(server.put(&path, text).await?)?;
    writeln!(std::io::stdout(), "Done.")?;
    Ok(ExitCode::SUCCESS)
}

async fn plan(server: &Remote, text: String) -> anyhow::Result<Answered> {
    let text = accepted(server.post(&format!("{PATH}/plan"), text).await?)?;
    serde_json::from_str(&text).context("the server answered something else than a plan")
}

impl Server {
    fn open(&self) -> anyhow::Result<Remote> {
        let server = self.server.clone().or_else(|| std::env::var("BECKON_SERVER").ok());
        let token = match &self.token_file {
            Some(path) => std::fs::read_to_string(path)
                .with_context(|| format!("cannot read the token in {}", path.display()))?,
            None => std::env::var(TOKEN).unwrap_or_default(),
        };
        let token = token.trim();
        if token.is_empty() {
            bail!(
                "no API token: make one in the console (scope administration:read, to apply administration:write) and put it into {TOKEN} or a --token-file"
            );
        }
        Remote::new(server.as_deref().unwrap_or("http://127.0.0.1:8080"), token.to_owned())
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    let text = if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(path)
    };
    text.with_context(|| format!("cannot read {}", path.display()))
}

fn is_wanted() -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        bail!("nobody can be asked here: give --yes");
    }
    write!(std::io::stdout(), "Change this? Only yes does it: ")?;
    std::io::stdout().flush()?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim() == "yes")
}

fn accepted((status, text): (u16, String)) -> anyhow::Result<String> {
    if status == 200 {
        return Ok(text);
    }
    if status == 401 {
        bail!("refused: the API token is not known, was revoked, or has ended");
    }
    let Ok(Refused { title, detail, errors }) = serde_json::from_str(&text) else {
        bail!("the server answered {status}, and not as a Beckon server does");
    };
    let mut message = format!("refused: {title}. {detail}");
    for FieldError { pointer, detail } in errors {
        write!(message, "\n  {} {detail}", if pointer.is_empty() { "the file" } else { &pointer })?;
    }
    bail!(message)
}

fn print(plan: &Answered) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    let mut site = None;
    for change in &plan.changes {
        if site != Some(&change.site) {
            writeln!(out, "{}", change.site.as_deref().unwrap_or("All sites"))?;
            site = Some(&change.site);
        }
        writeln!(out, "  {}", line(change))?;
        for Difference { pointer, before, after } in &change.differences {
            writeln!(out, "      {pointer}: {} -> {}", shown(before.as_ref()), shown(after.as_ref()))?;
        }
    }
    writeln!(out, "{}", summary(&plan.changes))?;
    Ok(())
}

fn line(change: &Change) -> String {
    let sign = match change.action.as_str() {
        "created" => '+',
        "removed" => '-',
        _ => '~',
    };
    let kind = change.kind.replace('_', " ");
    if change.name.is_empty() {
        format!("{sign} {kind}")
    } else {
        format!("{sign} {kind} \"{}\"", change.name)
    }
}

fn shown(value: Option<&Value>) -> String {
    let Some(value) = value else { return "nothing".to_owned() };
    let text = value.to_string();
    if text.chars().count() <= SHOWN_CHARS_MAX {
        return text;
    }
    let beginning: String = text.chars().take(SHOWN_CHARS_MAX).collect();
    format!("{beginning}…")
}

fn summary(changes: &[Change]) -> String {
    if changes.is_empty() {
        return "Everything is as the file says.".to_owned();
    }
    let count = |action: &str| changes.iter().filter(|change| change.action == action).count();
    format!("{} to make, {} to change, {} to remove.", count("created"), count("changed"), count("removed"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_change_is_said_in_one_line() {
        let change = |action: &str, name: &str| Change {
            action: action.to_owned(),
            kind: "canned_reply".to_owned(),
            site: None,
            name: name.to_owned(),
            differences: Vec::new(),
        };
        assert_eq!(line(&change("created", "Hello")), "+ canned reply \"Hello\"");
        assert_eq!(line(&change("removed", "Hello")), "- canned reply \"Hello\"");
        assert_eq!(line(&change("changed", "")), "~ canned reply");
        assert_eq!(
            summary(&[change("created", "A"), change("changed", "B")]),
            "1 to make, 1 to change, 0 to remove."
        );
        assert_eq!(summary(&[]), "Everything is as the file says.");
    }

    #[test]
    fn a_long_value_is_cut() {
        assert_eq!(shown(Some(&json!("ä".repeat(200)))).chars().count(), SHOWN_CHARS_MAX + 1);
        assert_eq!(shown(Some(&json!(null))), "null");
        assert_eq!(shown(None), "nothing");
    }
}
