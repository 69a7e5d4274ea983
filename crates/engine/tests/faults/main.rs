//! Owns the proof that the simulator is worth its time: faults planted in a copy of the engine, each of which it must
//! find. The copy is compiled once, with every fault in it behind a switch that is set when it is run; the engine that
//! is shipped has no such switch.
//!
//! `BECKON_FAULT="chat"` looks only for the faults that have this in their name.

mod copy;
mod list;

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use list::FAULTS;

/// Seeds that may be needed to find a fault.
const SEEDS: &str = "1000";
/// Seeds that find nothing in the copy while no fault is switched on.
const SOUND_SEEDS: &str = "50";
const FOUND_WITHIN: Duration = Duration::from_secs(60);

/// What a run of the simulator came to.
#[derive(PartialEq, Eq)]
enum Run {
    FoundNothing,
    Found,
    TookTooLong,
}

/// Runs the simulator of the copy, with one fault switched on or none.
fn run(simulator: &Path, fault: Option<usize>, seeds: &str) -> Run {
    let started = Instant::now();
    let mut child = Command::new(simulator)
        .env("BECKON_PLANTED", fault.map_or_else(String::new, |n| n.to_string()))
        .env("BECKON_SIM_SEEDS", seeds)
        .env_remove("BECKON_SIM_SEED")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the simulator starts");
    loop {
        if let Some(status) = child.try_wait().expect("the simulator is a child of this test") {
            return if status.success() { Run::FoundNothing } else { Run::Found };
        }
        if started.elapsed() > FOUND_WITHIN {
            child.kill().expect("the simulator can be ended");
            child.wait().expect("the simulator ends");
            return Run::TookTooLong;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Said at once, before anything is built: whoever changes the code of a fault moves the fault with it.
#[test]
fn each_fault_has_its_place_in_the_engine() {
    copy::assert_places(FAULTS);
}

#[test]
fn each_planted_fault_is_found() {
    let simulator = copy::build(FAULTS);
    assert!(run(&simulator, None, SOUND_SEEDS) == Run::FoundNothing, "without a fault nothing is found");
    let only = std::env::var("BECKON_FAULT").unwrap_or_default();
    let (mut table, mut missed) = (String::new(), Vec::new());
    for (n, fault) in FAULTS.iter().enumerate().filter(|(_, fault)| fault.name.contains(&only)) {
        let started = Instant::now();
        let found = run(&simulator, Some(n), SEEDS) == Run::Found;
        let how = if found { "found" } else { "missed" };
        writeln!(table, "{:5.1} s  {how:6}  {}", started.elapsed().as_secs_f64(), fault.name)
            .expect("a string is writable");
        if !found {
            missed.push(fault.name);
        }
    }
    report(&table);
    assert!(missed.is_empty(), "not found: {missed:?}");
}

#[expect(clippy::print_stdout, reason = "shown when the test fails, or with --nocapture")]
fn report(table: &str) {
    println!("{table}");
}
