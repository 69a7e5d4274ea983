//! The npm packages of the project: their installation and the build of what the binary embeds. Installs and
//! builds only when something changed, so that the server is not compiled again for nothing.

use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use anyhow::Context;

use crate::workspace::{self, find, root};

/// What was installed last is noted here, beside what it describes.
const INSTALLED: &str = "node_modules/.beckon-installed-lock";
/// The time of the last build.
const BUILT: &str = "node_modules/.beckon-built";

/// npm in the folder of a package.
pub(crate) fn npm(package: &str) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(root().join(package)).env("NO_UPDATE_NOTIFIER", "1");
    command
}

/// Installs the dependencies of a package when its lock file has changed since the last time.
///
/// # Errors
/// When npm fails.
pub(crate) fn install(package: &str) -> anyhow::Result<()> {
    find("npm").context("npm is missing: install Node 20 or newer")?;
    let folder = root().join(package);
    let lock = std::fs::read(folder.join("package-lock.json"))
        .with_context(|| format!("{package}/package-lock.json is missing"))?;
    if std::fs::read(folder.join(INSTALLED)).is_ok_and(|installed| installed == lock) {
        println!("{package}: the lock file has not changed");
        return Ok(());
    }
    workspace::run(npm(package).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))?;
    std::fs::write(folder.join(INSTALLED), lock)?;
    Ok(())
}

/// Builds widget and console when a file is newer than the last build.
///
/// # Errors
/// When the build fails.
pub(crate) fn build() -> anyhow::Result<()> {
    let folder = root().join("web");
    let built = std::fs::metadata(folder.join(BUILT)).and_then(|marker| marker.modified());
    let there =
        folder.join("dist/console/index.html").is_file() && folder.join("dist/widget/beckon.js").is_file();
    if there && built.is_ok_and(|built| newest(&folder).is_ok_and(|newest| newest < built)) {
        println!("web: nothing has changed since the last build");
        return Ok(());
    }
    // Made before the build, so that what is written during the build counts as newer.
    let marker = folder.join(BUILT);
    let begun = marker.with_extension("begun");
    std::fs::write(&begun, "")?;
    workspace::run(npm("web").args(["run", "build"]))?;
    std::fs::rename(begun, marker)?;
    Ok(())
}

/// The time of the newest file that a build reads.
fn newest(folder: &Path) -> anyhow::Result<SystemTime> {
    let mut newest = SystemTime::UNIX_EPOCH;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if [Some("node_modules"), Some("dist"), Some("test")].contains(&entry.file_name().to_str()) {
            continue;
        }
        let time = if entry.file_type()?.is_dir() {
            self::newest(&entry.path())?
        } else {
            entry.metadata()?.modified()?
        };
        newest = newest.max(time);
    }
    Ok(newest)
}
