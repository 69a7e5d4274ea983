//! A throw-away PostgreSQL cluster on a free port. Depends on no cluster that happens to run.

use std::fs::Permissions;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context;
use tempfile::TempDir;

use crate::packages;
use crate::service::{Service, bound_to_us, free_port};
use crate::workspace::capture;

/// Whether what is committed has reached the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writes {
    /// No: for tests.
    Fast,
    /// As far as the system, which goes on when PostgreSQL dies: for faults.
    Kept,
    /// Yes: for measuring.
    Durable,
}

/// A running cluster; stopped and removed when dropped.
pub(crate) struct Postgres {
    port: u16,
    owner: Option<String>,
    writes: Writes,
    // Dropped in this order: the server stops before its folder goes.
    service: Service,
    folder: TempDir,
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
        let service = launch(port, owner.as_deref(), writes, &folder)?;
        println!("PostgreSQL from {} on port {port}", bin.display());
        Ok(Self { port, owner, writes, service, folder })
    }

    /// It ends at once, as in a crash.
    ///
    /// # Errors
    /// When it cannot be ended.
    pub(crate) fn crash(&mut self) -> anyhow::Result<()> {
        self.service.end_with("-QUIT")
    }

    /// It is there again, on the same port and data.
    ///
    /// # Errors
    /// When it does not start.
    pub(crate) fn start_again(&mut self) -> anyhow::Result<()> {
        self.service = launch(self.port, self.owner.as_deref(), self.writes, &self.folder)?;
        Ok(())
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    /// The address of its first database; tests make one of their own each.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

fn launch(port: u16, owner: Option<&str>, writes: Writes, folder: &TempDir) -> anyhow::Result<Service> {
    let bin = packages::postgresql().context("PostgreSQL is missing")?;
    let data = folder.path().join("data");
    let mut command = as_owner(owner);
    command.arg(bin.join("postgres")).arg("-D").arg(&data).args(["-p", &port.to_string()]);
    let settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=300"];
    let unsynced = ["fsync=off", "full_page_writes=off", "synchronous_commit=off"];
    let more = match writes {
        Writes::Fast => unsynced.as_slice(),
        Writes::Kept => &unsynced[..2],
        Writes::Durable => &[],
    };
    command.args(settings.iter().chain(more).flat_map(|setting| ["-c", setting]));
    command.current_dir(&data);
    let mut service = Service::start("postgres", &mut command, folder.path().join("log"))?;
    service.wait_until(|| is_ready(&bin, port))?;
    Ok(service)
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
        let folder = postgres.folder.path().to_path_buf();
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
