//! Owns the proof that the simulator is worth its time: faults planted in a copy of the engine, one at a time, each of
//! which it must find. Ignored by default, as it compiles the engine once a fault:
//! `cargo test -p beckon-engine --test faults -- --ignored --nocapture`.

mod list;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use list::{FAULTS, Fault};

/// Seeds that may be needed to find a fault.
const SEEDS: &str = "1000";
const FOUND_WITHIN: Duration = Duration::from_secs(60);

/// A workspace of its own with a copy of the engine in it.
struct Copy {
    root: PathBuf,
}

impl Copy {
    fn make() -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("planted-faults");
        let engine = Path::new(env!("CARGO_MANIFEST_DIR"));
        let workspace = engine.join("../..");
        let _ = fs::remove_dir_all(root.join("crates"));
        copy_dir(&engine.join("src"), &root.join("crates/engine/src"));
        copy_dir(&engine.join("tests"), &root.join("crates/engine/tests"));
        let manifest =
            fs::read_to_string(workspace.join("Cargo.toml")).expect("the workspace has a manifest");
        let members = |line: &str| {
            if line.starts_with("members") { "members = [\"crates/engine\"]" } else { line }.to_owned()
        };
        let manifest: Vec<_> = manifest.lines().map(members).collect();
        fs::write(root.join("Cargo.toml"), manifest.join("\n")).expect("the copy is writable");
        for (from, to) in
            [("Cargo.lock", "Cargo.lock"), ("crates/engine/Cargo.toml", "crates/engine/Cargo.toml")]
        {
            fs::copy(workspace.join(from), root.join(to)).expect("the workspace is readable");
        }
        Self { root }
    }

    fn source(&self, fault: &Fault) -> PathBuf {
        self.root.join("crates/engine/src").join(fault.file)
    }

    fn cargo(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO"))
            .current_dir(&self.root)
            .args(arguments)
            .args(["--offline", "--quiet", "--package", "beckon-engine", "--test", "sim"])
            .env("CARGO_TARGET_DIR", self.root.join("target"))
            .env("BECKON_SIM_SEEDS", SEEDS)
            .output()
            .expect("cargo runs")
    }

    /// How long it took to find the fault; none when it was not found.
    fn find(&self, fault: &Fault) -> Option<Duration> {
        let path = self.source(fault);
        let sound = fs::read_to_string(&path).expect("the file of the fault is there");
        assert_eq!(sound.matches(fault.sound).count(), 1, "{}: the sound code is there once", fault.name);
        fs::write(&path, sound.replace(fault.sound, fault.faulty)).expect("the copy is writable");
        let built = self.cargo(&["build"]);
        assert!(built.status.success(), "{}: {}", fault.name, String::from_utf8_lossy(&built.stderr));
        let started = Instant::now();
        let found = !self.cargo(&["test"]).status.success();
        fs::write(&path, sound).expect("the copy is writable");
        found.then(|| started.elapsed())
    }
}

fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the copy is writable");
    for entry in fs::read_dir(from).expect("the sources are readable") {
        let entry = entry.expect("the sources are readable");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("the copy is writable");
        }
    }
}

#[test]
#[ignore = "compiles the engine once a fault"]
fn each_planted_fault_is_found() {
    let copy = Copy::make();
    let sound = copy.cargo(&["test"]);
    assert!(
        sound.status.success(),
        "without a fault nothing is found: {}",
        String::from_utf8_lossy(&sound.stdout)
    );
    let only = std::env::var("BECKON_FAULT").unwrap_or_default();
    let mut missed = Vec::new();
    for fault in FAULTS.iter().filter(|fault| fault.name.contains(&only)) {
        let found = copy.find(fault);
        report(fault, found);
        if found.is_none_or(|after| after > FOUND_WITHIN) {
            missed.push(fault.name);
        }
    }
    assert!(missed.is_empty(), "not found: {missed:?}");
}

#[expect(clippy::print_stdout, reason = "the run takes minutes and shows how far it is")]
fn report(fault: &Fault, found: Option<Duration>) {
    match found {
        Some(after) => println!("{:5.1} s  {}", after.as_secs_f64(), fault.name),
        None => println!("missed   {}", fault.name),
    }
}
