//! Owns the check of what engine and frames cost in instructions: has them counted, and holds them against a file in the
//! repository. What is counted, and how often it is done, stands in `crates/bench/benches/instructions.rs`.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use anyhow::{Context, bail, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::figure::Figure;
use super::rounds::Spread;
use crate::packages;
use crate::workspace::{self, capture, cargo, root};

const FILE: &str = "crates/bench/instructions.json";
const RENEW: &str = "cargo xtask bench instructions --renew";
/// So many instructions of a hundred more than in the file are too many; so many less, and the file is out of date.
const PERCENT_MAX: u64 = 25;

/// What was counted, by the path of the bench, and with what.
#[derive(Serialize, Deserialize)]
pub(crate) struct Counted {
    rustc: String,
    target: String,
    instructions: BTreeMap<String, u64>,
}

/// What a comparison came to, in sentences.
#[derive(Debug, Default, PartialEq, Eq)]
struct Findings {
    /// What must not be.
    wrong: Vec<String>,
    /// What became cheaper, so that the file allows more than it should.
    cheaper: Vec<String>,
}

/// Builds what counts.
///
/// # Errors
/// When cargo fails.
pub(crate) fn build() -> anyhow::Result<()> {
    workspace::run(program().arg("--no-run"))
}

/// Counts, and holds that against the file.
///
/// # Errors
/// When something costs more than 25 % more than in the file, when what is counted and what is in the file are not the same, or
/// when nothing can be counted.
pub(crate) fn check() -> anyhow::Result<()> {
    let (before, now) = (read()?, count()?);
    for (name, instructions) in &now.instructions {
        let change = before.instructions.get(name).map(|before| change(*before, *instructions));
        println!("{instructions:>12}  {:>8}  {name}", change.unwrap_or_default());
    }
    if before.target != now.target {
        println!("\n{FILE} was counted on {}, this is {}: nothing was compared", before.target, now.target);
        return Ok(());
    }
    let found = compare(&before.instructions, &now.instructions);
    if !found.cheaper.is_empty() {
        println!("\n{}\nrenew the file, so that this stays: {RENEW}", found.cheaper.join("\n"));
    }
    if found.wrong.is_empty() {
        return Ok(());
    }
    let mut why = found.wrong.join("\n");
    if before.rustc != now.rustc {
        why += &format!("\n{FILE} was counted with rustc {}, this is {}", before.rustc, now.rustc);
    }
    bail!("{why}\nwhere this is meant to be so, renew the file: {RENEW}")
}

/// Counts, for the table; the aim is what the check allows. With `renew` the file is written anew first.
///
/// # Errors
/// When nothing can be counted, or the file cannot be read or written.
pub(super) fn measure(renew: bool) -> anyhow::Result<Vec<Figure>> {
    let now = count()?;
    if renew {
        let text = serde_json::to_string_pretty(&now)?;
        std::fs::write(root().join(FILE), text + "\n").with_context(|| format!("cannot write {FILE}"))?;
        println!("{FILE} is renewed");
    }
    let before = Some(read()?).filter(|before| before.target == now.target);
    let allowed = |name: &str| Some(before.as_ref()?.instructions.get(name)? * (100 + PERCENT_MAX) / 100);
    let figure = |(name, count): (&String, &u64)| {
        let figure = Figure::new(name.as_str(), "instructions", Spread::once(*count as f64));
        match allowed(name) {
            Some(allowed) => figure.at_most(allowed as f64),
            None => figure,
        }
    };
    Ok(now.instructions.iter().map(figure).collect())
}

fn read() -> anyhow::Result<Counted> {
    let text = std::fs::read_to_string(root().join(FILE))
        .with_context(|| format!("cannot read {FILE}; it is made by: {RENEW}"))?;
    serde_json::from_str(&text).with_context(|| format!("{FILE} does not hold what was counted"))
}

fn count() -> anyhow::Result<Counted> {
    let runner = packages::gungraun_runner()?;
    let folder = runner.parent().context("the runner lies in a folder")?.to_path_buf();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(folder).chain(std::env::split_paths(&path)))?;
    let mut command = program();
    command.env("PATH", path).args(["--", "--output-format=json"]);
    let output = command.stderr(Stdio::inherit()).output().context("cannot start cargo bench")?;
    ensure!(output.status.success(), "the counting program failed: {}", output.status);
    let text = String::from_utf8(output.stdout)?;
    let lines = text.lines().filter(|line| line.starts_with('{'));
    let instructions: BTreeMap<_, _> = lines.map(parse).collect::<anyhow::Result<_>>()?;
    ensure!(!instructions.is_empty(), "the counting program found nothing");
    let version = capture(Command::new("rustc").arg("-vV").current_dir(root()))?;
    let line = |start: &str| {
        let line = version.lines().find_map(|line| line.strip_prefix(start)).map(str::to_owned);
        line.with_context(|| format!("rustc does not say its {start}"))
    };
    Ok(Counted { rustc: line("release: ")?, target: line("host: ")?, instructions })
}

/// A line about one bench: its path, and its instructions.
fn parse(line: &str) -> anyhow::Result<(String, u64)> {
    let said: Value = serde_json::from_str(line)?;
    let text = |key: &str| said[key].as_str().with_context(|| format!("a bench without a {key}: {line}"));
    let name = format!("{}::{}::{}", text("group")?, text("function_name")?, text("id")?);
    let instructions = said["profiles"][0]["data"]["total"]["metrics"]["Ir"]["values"]["new"].as_u64();
    Ok((name, instructions.with_context(|| format!("a bench without instructions: {line}"))?))
}

/// The counting program, with the features and the profile of the release binary, so that next to nothing is built twice.
fn program() -> Command {
    let mut command = cargo();
    command.args(["bench", "--quiet", "--package", "beckon-bench", "--bench", "instructions"]);
    command
}

fn compare(before: &BTreeMap<String, u64>, now: &BTreeMap<String, u64>) -> Findings {
    let mut found = Findings::default();
    for (name, &now) in now {
        let Some(&before) = before.get(name) else {
            found.wrong.push(format!("{name}: {now} instructions, and none in {FILE} to compare with"));
            continue;
        };
        let said = format!("{name}: {before} instructions before, {now} now, {}", change(before, now));
        if now * 100 > before * (100 + PERCENT_MAX) {
            found.wrong.push(format!("{said}; at most {PERCENT_MAX} % more are allowed"));
        } else if now * 100 < before * (100 - PERCENT_MAX) {
            found.cheaper.push(said);
        }
    }
    let gone = before.keys().filter(|name| !now.contains_key(*name));
    found.wrong.extend(gone.map(|name| format!("{name}: is in {FILE}, and is not counted any more")));
    found
}

fn change(before: u64, now: u64) -> String {
    format!("{:+.1} %", (now as f64 / before as f64 - 1.0) * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted<const N: usize>(benches: [(&str, u64); N]) -> BTreeMap<String, u64> {
        benches.map(|(name, instructions)| (name.to_owned(), instructions)).into()
    }

    #[test]
    fn a_quarter_more_is_allowed_and_not_one_instruction_beyond_it() {
        let before = counted([("read", 1_000), ("write", 1_000)]);
        assert_eq!(compare(&before, &counted([("read", 1_250), ("write", 750)])), Findings::default());
        let found = compare(&before, &counted([("read", 1_251), ("write", 1_000)]));
        let wrong = "read: 1000 instructions before, 1251 now, +25.1 %; at most 25 % more are allowed";
        assert_eq!(found, Findings { wrong: vec![wrong.to_owned()], cheaper: Vec::new() });
    }

    #[test]
    fn what_became_much_cheaper_is_named_and_is_nothing_wrong() {
        let found = compare(&counted([("read", 1_000)]), &counted([("read", 749)]));
        let cheaper = "read: 1000 instructions before, 749 now, -25.1 %";
        assert_eq!(found, Findings { wrong: Vec::new(), cheaper: vec![cheaper.to_owned()] });
    }

    #[test]
    fn a_bench_that_is_new_or_gone_is_wrong() {
        let found = compare(&counted([("gone", 5), ("kept", 5)]), &counted([("kept", 5), ("new", 7)]));
        let new = format!("new: 7 instructions, and none in {FILE} to compare with");
        let gone = format!("gone: is in {FILE}, and is not counted any more");
        assert_eq!(found, Findings { wrong: vec![new, gone], cheaper: Vec::new() });
    }

    #[test]
    fn a_line_of_the_runner_is_read() {
        let line = r#"{"group":"frames","function_name":"read","id":"page","module_path":"instructions::frames::read","profiles":[
            {"data":{"total":{"metrics":{"Ir":{"change":{"diff_pct":"0"},"values":{"new":74,"old":73}}}}},"tool":"Callgrind"}]}"#;
        assert_eq!(parse(line).expect("this is a line"), ("frames::read::page".to_owned(), 74));
        assert!(parse(r#"{"group":"frames","function_name":"read","id":"page","profiles":[]}"#).is_err());
    }
}
