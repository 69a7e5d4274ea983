//! A throw-away PostgreSQL cluster on a free port. Depends on no cluster that happens to run.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context;
use tempfile::TempDir;

use crate::packages;
use crate::service::{Service, bound_to_us, free_port};
use crate::workspace::capture;

/// Whether what is committed has reached the disk.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writes {
    /// No: for tests.
    Fast,
    /// Yes: for measuring.
    Durable,
}

/// A running cluster; stopped and removed when dropped.
pub(crate) struct Postgres {
    port: u16,
    // Dropped in this order: the server stops before its folder goes.
    _service: Service,
    _folder: TempDir,
}

impl Postgres {
    /// Makes and starts a cluster.
    ///
    /// # Errors
    /// When PostgreSQL is missing or does not start.
    pub(crate) fn start(writes: Writes) -> anyhow::Result<Self> {
        let bin = packages::postgresql().context("PostgreSQL is missing")?;
        let owner = owner()?;
        let folder = tempfile::Builder::new().prefix("beckon-postgres-").tempdir()?;
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
        let data = folder.path().join("data");
        std::fs::create_dir(&data)?;
        if let Some(owner) = &owner {
            capture(Command::new("chown").arg(owner).arg(&data))?;
        }
        init(&bin, &data, owner.as_deref())?;
        let port = free_port()?;
        let mut command = as_owner(owner.as_deref());
        command.arg(bin.join("postgres")).arg("-D").arg(&data).args(["-p", &port.to_string()]);
        let settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=300"];
        let unsafe_settings = ["fsync=off", "full_page_writes=off", "synchronous_commit=off"];
        let more = if writes == Writes::Fast { unsafe_settings.as_slice() } else { &[] };
        command.args(settings.iter().chain(more).flat_map(|setting| ["-c", setting]));
        command.current_dir(&data);
        let mut service = Service::start("postgres", &mut command, folder.path().join("log"))?;
        service.wait_until(|| is_ready(&bin, port))?;
        println!("PostgreSQL from {} on port {port}", bin.display());
        Ok(Self { port, _service: service, _folder: folder })
    }

    /// The address of its first database; tests make one of their own each.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

/// The user to run as: PostgreSQL refuses root.
fn owner() -> anyhow::Result<Option<String>> {
    if !packages::is_root()? {
        return Ok(None);
    }
    let known = |user: &str| capture(Command::new("id").args(["-u", user])).is_ok();
    let user = ["postgres", "nobody"].into_iter().find(|user| known(user));
    Ok(Some(
        user.context("PostgreSQL refuses root, and there is neither a user postgres nor nobody")?.to_owned(),
    ))
}

fn as_owner(owner: Option<&str>) -> Command {
    let mut command = bound_to_us();
    if let Some(owner) = owner {
        command.args(["--reuid", owner, "--regid", owner_group(owner), "--clear-groups", "--"]);
    }
    command
}

fn owner_group(owner: &str) -> &str {
    if owner == "nobody" { "nogroup" } else { owner }
}

fn init(bin: &Path, data: &PathBuf, owner: Option<&str>) -> anyhow::Result<()> {
    let mut command = as_owner(owner);
    command.arg(bin.join("initdb")).arg("-D").arg(data);
    command.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]);
    capture(command.current_dir(data).stdin(Stdio::null()))?;
    Ok(())
}

fn is_ready(bin: &Path, port: u16) -> bool {
    let mut command = Command::new(bin.join("pg_isready"));
    command.args(["--quiet", "--host=127.0.0.1", &format!("--port={port}")]);
    command.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_answers_and_leaves_nothing_behind() {
        let postgres = Postgres::start(Writes::Fast).expect("PostgreSQL is installed");
        let folder = postgres._folder.path().to_path_buf();
        assert!(is_ready(&packages::postgresql().expect("it was just started"), postgres.port));
        let port = postgres.port;
        drop(postgres);
        assert!(!folder.exists(), "{} is still there", folder.display());
        assert!(
            std::net::TcpStream::connect(("127.0.0.1", port)).is_err(),
            "something still listens on {port}"
        );
    }
}
