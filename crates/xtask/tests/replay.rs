//! Owns the proof of `cargo xtask replay` on the access log that the demo's simulated visitors wrote: `beckon demo
//! --visitors 60 --access-log demo.log`, of which the first 32 visitors are kept. `UPDATE=1` writes the figures anew.

use std::path::{Path, PathBuf};
use std::process::Command;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replay").join(name)
}

/// What the command printed, and the report that it wrote.
fn replay(log: &Path) -> (String, String) {
    let written = tempfile::NamedTempFile::new().expect("a file can be made");
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("replay")
        .arg(log)
        .args(["--origin", "http://127.0.0.1:8081", "--rules"])
        .arg(file("rules.json"))
        .arg("--json")
        .arg(written.path())
        .output()
        .expect("the command starts");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    (printed, std::fs::read_to_string(written.path()).expect("the report is written"))
}

#[test]
fn the_figures_of_the_demos_log_are_these_and_brute_force_agrees_on_every_decision() {
    let (printed, report) = replay(&file("demo.log"));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(file("figures.json"), &report).expect("the figures can be written");
    }
    assert_eq!(report, std::fs::read_to_string(file("figures.json")).expect("the figures are there"));
    let figures: serde_json::Value = serde_json::from_str(&report).expect("the report is JSON");
    let lines = std::fs::read_to_string(file("demo.log")).expect("the log is there").lines().count();
    assert_eq!(figures["page_views"], lines, "every line is a page view");
    assert_eq!(figures["disagreements"], serde_json::json!([]));
    let decisions = figures["decisions"].as_u64().expect("a number");
    assert!(
        printed.contains(&format!("{decisions:>9}  decisions, each evaluated a second time")),
        "{printed}"
    );
    let refused = figures["refusals"].as_object().expect("by reason");
    let refused: u64 = refused.values().filter_map(serde_json::Value::as_u64).sum();
    assert!(decisions > refused, "page views without an offer, and offers, alerts and outcomes beside them");
}

#[test]
fn the_order_of_the_lines_changes_nothing() {
    let text = std::fs::read_to_string(file("demo.log")).expect("the log is there");
    let backwards: Vec<_> = text.lines().rev().collect();
    let log = tempfile::NamedTempFile::new().expect("a file can be made");
    std::fs::write(log.path(), backwards.join("\n")).expect("the log can be written");
    let count = |report: &str, name: &str| {
        serde_json::from_str::<serde_json::Value>(report).expect("the report is JSON")[name].clone()
    };
    let (forwards, backwards) = (replay(&file("demo.log")).1, replay(log.path()).1);
    for name in ["visits", "page_views", "disagreements"] {
        assert_eq!(count(&forwards, name), count(&backwards, name), "{name}");
    }
}
