//! Owns looking at the machine: the folder of the data, room on the disk, limits, and who may read the key.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access, statvfs};
use rustix::process::{Resource, getrlimit};

use super::Findings;
use crate::config::{Config, Database, SecretKey};
use crate::store::opening::SQLITE_FILE;
use crate::vault::KEY_FILE;

const MB: u64 = 1024 * 1024;
/// With less room, nothing can be written soon.
const ROOM_FAULT: u64 = 200 * MB;
/// With less room, somebody should look.
const ROOM_WARNING: u64 = 2048 * MB;
/// Files that a server has open besides its connections.
const OTHER_FILES: u64 = 200;
/// A server for fewer visitors than this needs no other limit.
const FILES_WARNING: u64 = 4096;
/// A log that is not folded into the database grows beyond this.
const LOG_WARNING: u64 = 256 * MB;

pub(super) fn look(config: &Config, findings: &mut Findings) {
    if let Database::Sqlite(dir) = &config.database {
        look_at_folder(dir, findings);
    }
    look_at_key_file(config, findings);
    look_at_files(findings);
}

fn look_at_folder(dir: &Path, findings: &mut Findings) {
    if !dir.exists() {
        findings.warning(
            "data",
            format!("{} is not there", dir.display()),
            "the first start makes it; is it the right one?",
        );
        return;
    }
    if access(dir, Access::WRITE_OK | Access::EXEC_OK).is_err() {
        let says = format!("{} cannot be written by this user", dir.display());
        findings.fault("data", says, "ask as the user that the server runs as, or give them the folder");
    } else {
        let readable = [SQLITE_FILE.to_owned(), format!("{SQLITE_FILE}-wal"), format!("{SQLITE_FILE}-shm")];
        let locked = readable
            .iter()
            .map(|name| dir.join(name))
            .find(|path| path.exists() && access(path, Access::READ_OK | Access::WRITE_OK).is_err());
        match locked {
            Some(path) => {
                let says = format!("{} cannot be written by this user", path.display());
                findings.fault("data", says, "give it to the user that the server runs as");
            }
            None => findings.ok("data", format!("{} can be written", dir.display())),
        }
    }
    look_at_room(dir, findings);
    let log = std::fs::metadata(dir.join(format!("{SQLITE_FILE}-wal"))).map_or(0, |log| log.len());
    if log > LOG_WARNING {
        let says = format!("{SQLITE_FILE}-wal has {} MB", log / MB);
        findings.warning(
            "log",
            says,
            "something reads for a long time, such as a backup; restart the server if it stays",
        );
    }
}

fn look_at_room(dir: &Path, findings: &mut Findings) {
    let Ok(room) = statvfs(dir) else {
        findings.warning("disk", "the room on the disk cannot be told", "look at it with df");
        return;
    };
    let free = room.f_bavail * room.f_frsize;
    let says = format!("{} MB are free in {}", free / MB, dir.display());
    if free < ROOM_FAULT {
        findings.fault("disk", says, "make room: a server that cannot write takes no messages");
    } else if free < ROOM_WARNING {
        findings.warning("disk", says, "make room");
    } else {
        findings.ok("disk", says);
    }
}

fn look_at_key_file(config: &Config, findings: &mut Findings) {
    let path: PathBuf = match (&config.secret_key, &config.database) {
        (Some(SecretKey::InFile(path)), _) => path.clone(),
        (None, Database::Sqlite(dir)) => dir.join(KEY_FILE),
        (Some(SecretKey::Written(_)), _) | (None, Database::Postgres(_)) => return,
    };
    let Ok(about) = std::fs::metadata(&path) else { return };
    if about.permissions().mode() & 0o077 != 0 {
        let says = format!("{} can be read by others", path.display());
        findings.warning("key file", says, format!("chmod 600 {}", path.display()));
    }
}

fn look_at_files(findings: &mut Findings) {
    let limits = getrlimit(Resource::Nofile);
    let Some(limit) = limits.current else {
        findings.ok("files", "this user may open any number of files");
        return;
    };
    let says = format!(
        "this user may open {limit} files, enough for {} visitors at a time",
        limit.saturating_sub(OTHER_FILES)
    );
    if limit < FILES_WARNING {
        findings.warning(
            "files",
            says,
            "raise it for the server (systemd: LimitNOFILE), unless that has another limit already",
        );
    } else {
        findings.ok("files", says);
    }
}
