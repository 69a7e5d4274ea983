//! Owns the copy of the engine in which the faults are planted, and building its simulator. Runs nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::list::Fault;

/// What the copy is called.
const PACKAGE: &str = "planted-engine";
/// What the copy's `lib.rs` ends with: the switch that tells which fault is on.
const SWITCH: &str = "
mod planted {
    use std::sync::LazyLock;

    static ON: LazyLock<Option<usize>> =
        LazyLock::new(|| std::env::var(\"BECKON_PLANTED\").ok()?.parse().ok());

    pub(crate) fn is(fault: usize) -> bool {
        *ON == Some(fault)
    }
}
";

/// Builds the simulator on a copy of the engine with all faults in it; answers where the program is. The libraries are
/// those that are built already; what is the same as at the last time is not written again, so that it need not be built
/// again.
pub(crate) fn build(faults: &[Fault]) -> PathBuf {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let target = scratch.parent().expect("the folder lies in the target folder");
    let root = scratch.join("planted-faults");
    write_copy(&root, faults);
    let built = Command::new(env!("CARGO"))
        .current_dir(&root)
        .args(["test", "--no-run", "--offline", "--package", PACKAGE, "--test", "sim"])
        .args(["--quiet", "--message-format", "json"])
        .env("CARGO_TARGET_DIR", target)
        .output()
        .expect("cargo runs");
    let said = String::from_utf8_lossy(&built.stdout);
    assert!(built.status.success(), "{said}\n{}", String::from_utf8_lossy(&built.stderr));
    let messages = said.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let program = messages.filter(|message| message["target"]["name"] == "sim");
    let program = program.filter_map(|message| message["executable"].as_str().map(PathBuf::from)).next_back();
    program.expect("cargo names the program")
}

/// Each fault's sound code stands in its file, once.
pub(crate) fn assert_places(faults: &[Fault]) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (n, fault) in faults.iter().enumerate() {
        planted(&read(&source.join(fault.file)), n, fault);
    }
}

fn write_copy(root: &Path, faults: &[Fault]) {
    let engine = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = engine.join("../..");
    let copy = root.join("crates/engine");
    copy_dir(&engine.join("tests/sim"), &copy.join("tests/sim"), &|_, text| text);
    copy_dir(&engine.join("src"), &copy.join("src"), &|file, text| {
        let text = faults
            .iter()
            .enumerate()
            .filter(|(_, fault)| fault.file == file)
            .fold(text, |text, (n, fault)| planted(&text, n, fault));
        if file == "lib.rs" { text + SWITCH } else { text }
    });
    let manifest = read(&workspace.join("Cargo.toml"));
    let members = |line: &str| {
        if line.starts_with("members") { "members = [\"crates/engine\"]" } else { line }.to_owned()
    };
    let manifest: Vec<_> = manifest.lines().map(members).collect();
    write(&root.join("Cargo.toml"), &manifest.join("\n"));
    // By another name, so that its artefacts are not taken for those of the engine.
    let manifest = read(&engine.join("Cargo.toml"));
    let named = manifest.replacen("name = \"beckon-engine\"", &format!("name = \"{PACKAGE}\""), 1);
    write(&copy.join("Cargo.toml"), &(named + "\n[lib]\nname = \"beckon_engine\"\n"));
    if !root.join("Cargo.lock").exists() {
        write(&root.join("Cargo.lock"), &read(&workspace.join("Cargo.lock")));
    }
}

/// The text with a choice between the sound and the faulty code.
fn planted(text: &str, n: usize, fault: &Fault) -> String {
    let Fault { name, place, faulty, .. } = fault;
    let (before, rest) = place.split_once('«').unwrap_or_else(|| panic!("{name}: the place has a «"));
    let (sound, after) = rest.split_once('»').unwrap_or_else(|| panic!("{name}: the place has a »"));
    let whole = format!("{before}{sound}{after}");
    assert_eq!(text.matches(&whole).count(), 1, "{name}: the sound code is there once");
    let choice = format!("if crate::planted::is({n}) {{ {faulty} }} else {{ {sound} }}");
    let choice = if sound.ends_with(';') { choice } else { format!("({choice})") };
    text.replace(&whole, &format!("{before}{choice}{after}"))
}

fn copy_dir(from: &Path, to: &Path, change: &impl Fn(&str, String) -> String) {
    copy_below(from, from, to, change);
}

fn copy_below(top: &Path, from: &Path, to: &Path, change: &impl Fn(&str, String) -> String) {
    let mut names = Vec::new();
    for entry in fs::read_dir(from).expect("the sources are readable") {
        let (path, name) =
            entry.map(|entry| (entry.path(), entry.file_name())).expect("an entry is readable");
        names.push(name.clone());
        if path.is_dir() {
            copy_below(top, &path, &to.join(name), change);
        } else {
            let inner = path.strip_prefix(top).expect("the file lies below").to_string_lossy().into_owned();
            write(&to.join(name), &change(&inner, read(&path)));
        }
    }
    // What has gone from the sources goes from the copy.
    for entry in fs::read_dir(to).into_iter().flatten().flatten().filter(|e| !names.contains(&e.file_name()))
    {
        let path = entry.path();
        if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }
            .expect("the copy is writable");
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn write(path: &Path, text: &str) {
    if fs::read_to_string(path).is_ok_and(|known| known == text) {
        return;
    }
    fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("the copy is writable");
    fs::write(path, text).expect("the copy is writable");
}
