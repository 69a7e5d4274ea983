//! Installs what the tests need: from the system's packages what is missing there, and into the target folder a mail server
//! and a maker of requests from PyPI, and a runner of benches from crates.io. Touches nothing that is there.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use crate::workspace::{self, capture, cargo, find};

/// Looks for a program.
type Finder = fn() -> Option<PathBuf>;

/// The Debian packages that are needed, and how to see that one is there.
const NEEDED: [(&str, Finder); 10] = [
    ("chromium", chromium),
    ("faketime", faketime),
    ("haproxy", || find("haproxy")),
    ("iproute2", || find("ip")),
    ("nats-server", nats_server),
    ("nginx-light", || find("nginx")),
    ("openssl", || find("openssl")),
    ("postgresql", postgresql),
    ("python3-venv", python),
    ("valgrind", || find("valgrind")),
];
/// Installs the missing packages.
///
/// # Errors
/// When something is missing and cannot be installed; the message says what to do by hand.
pub(crate) fn install() -> anyhow::Result<()> {
    for program in ["node", "npm", "cc"] {
        find(program).with_context(|| {
            format!("`{program}` is missing; the project needs Rust, Node 20 or newer and a C compiler")
        })?;
    }
    let missing: Vec<_> =
        NEEDED.iter().filter(|(_, there)| there().is_none()).map(|(name, _)| *name).collect();
    if missing.is_empty() {
        println!("everything is there: {}", NEEDED.map(|(name, _)| name).join(", "));
        return Ok(());
    }
    let by_hand = format!("apt-get install {}", missing.join(" "));
    if find("apt-get").is_none() {
        bail!(
            "missing: {}. There is no apt-get here; install them with the system's own tool",
            missing.join(", ")
        );
    }
    println!("installing {}", missing.join(", "));
    apt(&["update"]).with_context(|| format!("cannot refresh the package lists; as root: {by_hand}"))?;
    let mut arguments = vec!["install", "--yes", "--no-install-recommends"];
    arguments.extend(&missing);
    apt(&arguments).with_context(|| format!("cannot install; as root: {by_hand}"))?;
    for (name, there) in NEEDED {
        there().with_context(|| format!("{name} was installed but is not found"))?;
    }
    Ok(())
}

/// The browser of the journeys.
pub(crate) fn chromium() -> Option<PathBuf> {
    find("chromium").or_else(|| find("google-chrome-stable"))
}

/// The bus of the tests.
pub(crate) fn nats_server() -> Option<PathBuf> {
    find("nats-server")
}

/// The library that moves the clock of a process.
pub(crate) fn faketime() -> Option<PathBuf> {
    let places = std::fs::read_dir("/usr/lib").ok()?;
    let library = |folder: PathBuf| folder.join("faketime/libfaketimeMT.so.1");
    places.filter_map(Result::ok).map(|entry| library(entry.path())).find(|library| library.is_file())
}

/// The folder with the programs of the newest PostgreSQL.
pub(crate) fn postgresql() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    versions
        .filter_map(Result::ok)
        .filter_map(|entry| {
            Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin")))
        })
        .filter(|(_, bin)| bin.join("initdb").is_file())
        .max_by_key(|(version, _)| *version)
        .map(|(_, bin)| bin)
}

/// A Python that can make an environment of its own.
fn python() -> Option<PathBuf> {
    let python = find("python3")?;
    let able = capture(Command::new(&python).args(["-c", "import ensurepip, venv"]));
    able.is_ok().then_some(python)
}

/// The mail server of the tests.
///
/// # Errors
/// When Python is missing, or the package cannot be had.
pub(crate) fn smtpd() -> anyhow::Result<PathBuf> {
    from_pypi("smtpd", "aiosmtpd")
}

/// The maker of requests.
///
/// # Errors
/// When Python is missing, or the package cannot be had.
pub(crate) fn schemathesis() -> anyhow::Result<PathBuf> {
    from_pypi("schemathesis", "schemathesis")
}

/// A program out of packages whose versions `pypi` fixes, in an environment of its own below the target folder; made when it
/// is missing or has others.
fn from_pypi(environment: &str, program: &str) -> anyhow::Result<PathBuf> {
    let versions = workspace::root().join(format!("crates/xtask/pypi/{environment}.txt"));
    let wanted = std::fs::read_to_string(&versions)?;
    let folder = workspace::target()?.join(environment);
    let (program, installed) = (folder.join("bin").join(program), folder.join("versions.txt"));
    if !program.is_file() || std::fs::read_to_string(&installed).ok().as_ref() != Some(&wanted) {
        let python = python().context("python3 with venv is missing")?;
        capture(Command::new(python).args(["-m", "venv", "--clear"]).arg(&folder))?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
        capture(Command::new(folder.join("bin/python")).args(pip).arg(&versions))
            .with_context(|| format!("cannot install what {} names", versions.display()))?;
        std::fs::write(installed, wanted)?;
    }
    Ok(program)
}

/// What runs the benches that count instructions: a program of the version of the library that they are built with, below the
/// target folder; made when it is missing or is of another one.
///
/// # Errors
/// When it cannot be had or built.
pub(crate) fn gungraun_runner() -> anyhow::Result<PathBuf> {
    let library = capture(cargo().args(["pkgid", "gungraun"]))?;
    let (_, version) =
        library.trim().rsplit_once(['@', '#']).context("cargo names no version of gungraun")?;
    let folder = workspace::target()?.join("gungraun-runner");
    let (program, installed) = (folder.join("bin/gungraun-runner"), folder.join("version.txt"));
    if !program.is_file() || std::fs::read_to_string(&installed).ok().as_deref() != Some(version) {
        let build = folder.join("build");
        let mut command = cargo();
        // Unoptimised, because it does little; what it was built from is not needed again.
        command.args(["install", "--quiet", "--locked", "--debug", "--force", "--no-track"]);
        command.args(["gungraun-runner", "--version", &format!("={version}"), "--root"]).arg(&folder);
        command.arg("--target-dir").arg(&build).env("CARGO_PROFILE_DEV_DEBUG", "0");
        workspace::run(&mut command).context("cannot install gungraun-runner")?;
        std::fs::remove_dir_all(build)?;
        std::fs::write(installed, version)?;
    }
    Ok(program)
}

/// Whether this program runs as root.
pub(crate) fn is_root() -> anyhow::Result<bool> {
    Ok(capture(Command::new("id").arg("-u"))?.trim() == "0")
}

fn apt(arguments: &[&str]) -> anyhow::Result<()> {
    let mut command = if is_root()? {
        Command::new("apt-get")
    } else if Path::new("/usr/bin/sudo").is_file() {
        let mut sudo = Command::new("sudo");
        sudo.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        sudo
    } else {
        bail!("neither root nor sudo");
    };
    command.args(arguments).arg("--quiet").env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null());
    workspace::run(&mut command)
}
