//! Owns what a run stands on: the nodes with their proxies, PostgreSQL and NATS, and the shop. One node on the embedded
//! database, or three on PostgreSQL and NATS.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use tempfile::TempDir;

use super::database::{Database, Source};
use super::mount::Mount;
use super::node::{Node, Start};
use super::proxy::Proxy;
use crate::nats::Nats;
use crate::postgres::{Postgres, Writes};
use crate::shop::{Shop, make_admin};

/// Seals the secrets of all nodes.
const SECRET_KEY: &str = "0707070707070707070707070707070707070707070707070707070707070707";
/// With this in its environment, a server on the embedded database commits without waiting for the disk.
const UNSAFE_WRITES: &str = "BECKON_TEST_UNSAFE_WRITES";
/// Nodes where there are several.
const NODES: usize = 3;
/// Agents, each with their slots.
const AGENTS: usize = 3;

/// What a run stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ground {
    /// One node on the embedded database.
    Alone,
    /// The same, with its database on a small file system of its own, which must be had.
    SmallDisk,
    /// The same, with its database on a disk that loses what was not synced when its power is cut, which must be had.
    VolatileDisk,
    /// The same, with a clock that can be moved.
    MovedClock,
    /// Three nodes on PostgreSQL and NATS, with a proxy on each way.
    Together,
}

/// The running installation. Dropped in this order: nodes, then what they need, then the folder.
pub(super) struct Stage {
    pub(super) nodes: Vec<Node>,
    pub(super) database: Database,
    pub(super) shop: Shop,
    pub(super) postgres: Option<Postgres>,
    pub(super) nats: Option<Nats>,
    /// Where the data of a node on the embedded database lies.
    pub(super) data: PathBuf,
    /// The disk that the data lies on, where its power can be cut.
    pub(super) disk: Option<Mount>,
    _mounted: Option<Mounted>,
    _folder: TempDir,
}

/// A small file system in memory; unmounted when dropped.
struct Mounted(PathBuf);

impl Stage {
    /// Starts everything.
    ///
    /// # Errors
    /// When something does not start.
    pub(super) async fn set(program: &Path, ground: Ground, writes: Writes) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("beckon-rig-").tempdir()?;
        match ground {
            Ground::Together => Self::together(program, folder, writes).await,
            Ground::Alone | Ground::SmallDisk | Ground::VolatileDisk | Ground::MovedClock => {
                Self::alone(program, folder, ground, writes).await
            }
        }
    }

    /// The addresses at which browsers reach the nodes.
    pub(super) fn fronts(&self) -> Vec<SocketAddr> {
        self.nodes.iter().map(|node| node.front.address).collect()
    }

    async fn alone(program: &Path, folder: TempDir, ground: Ground, writes: Writes) -> anyhow::Result<Self> {
        let data = folder.path().join("data");
        std::fs::create_dir(&data)?;
        let mounted = if ground == Ground::SmallDisk { Some(Mounted::at(&data)?) } else { None };
        let disk = if ground == Ground::VolatileDisk { Some(Mount::at(&data)?) } else { None };
        let arguments = vec!["--data".to_owned(), data.display().to_string()];
        make_admin(program, &arguments)?;
        let mut start = start(program, arguments, &folder, 0);
        if ground == Ground::MovedClock {
            start.environment = moved_clock(&folder.path().join("clock"))?;
        }
        if writes == Writes::Fast {
            start.environment.push((UNSAFE_WRITES.to_owned(), "1".to_owned()));
        }
        let node = Node::start(start, None, None).await?;
        let shop = Shop::open(node.front.address, AGENTS).await?;
        if let (Writes::Fast, Some(disk)) = (writes, &disk) {
            // What is lost is to be messages, not the whole shop.
            disk.settle();
        }
        Ok(Self {
            nodes: vec![node],
            database: Database::new(Source::Sqlite(data.join("beckon.db"))),
            shop,
            postgres: None,
            nats: None,
            data,
            disk,
            _mounted: mounted,
            _folder: folder,
        })
    }

    async fn together(program: &Path, folder: TempDir, writes: Writes) -> anyhow::Result<Self> {
        let (postgres, nats) = (Postgres::start(writes)?, Nats::start()?);
        make_admin(program, &["--database-url".to_owned(), postgres.url()])?;
        let mut nodes = Vec::new();
        for number in 0..NODES {
            let database = Proxy::start(postgres.address()).await?;
            let bus = Proxy::start(nats.address()).await?;
            let url = format!("postgres://postgres@{}/postgres", database.address);
            let bus_url = format!("nats://{}", bus.address);
            let arguments = ["--database-url", &url, "--nats-url", &bus_url, "--secret-key", SECRET_KEY];
            let arguments = arguments.map(str::to_owned).to_vec();
            let start = start(program, arguments, &folder, number);
            nodes.push(Node::start(start, Some(database), Some(bus)).await?);
        }
        let shop = Shop::open(nodes[0].front.address, AGENTS).await?;
        Ok(Self {
            nodes,
            database: Database::new(Source::Postgres(postgres.url())),
            shop,
            postgres: Some(postgres),
            nats: Some(nats),
            data: folder.path().to_owned(),
            disk: None,
            _mounted: None,
            _folder: folder,
        })
    }

    /// Copies what the nodes said of themselves.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn keep_logs(&self, to: &Path) -> anyhow::Result<()> {
        std::fs::create_dir_all(to)?;
        for node in &self.nodes {
            let log = node.log();
            std::fs::copy(log, to.join(log.file_name().context("a log has a name")?))?;
        }
        Ok(())
    }

    /// The file that says how far the clock of a node with a moved clock is off.
    pub(super) fn clock_file(&self) -> PathBuf {
        self.data.with_file_name("clock")
    }
}

fn start(program: &Path, arguments: Vec<String>, folder: &TempDir, number: usize) -> Start {
    let mut arguments = arguments;
    // A fault can say where its visitors come from.
    arguments.extend(["--trusted-proxies", "1"].map(str::to_owned));
    let log = folder.path().join(format!("node-{number}.log"));
    Start { program: program.to_owned(), arguments, environment: Vec::new(), log }
}

/// The environment of a process whose clock a file moves.
fn moved_clock(file: &Path) -> anyhow::Result<Vec<(String, String)>> {
    std::fs::write(file, "+0")?;
    let library = crate::packages::faketime().context("libfaketime is missing: apt-get install faketime")?;
    let set = |name: &str, value: String| (name.to_owned(), value);
    Ok(vec![
        set("LD_PRELOAD", library.display().to_string()),
        set("FAKETIME_TIMESTAMP_FILE", file.display().to_string()),
        set("FAKETIME_NO_CACHE", "1".to_owned()),
        set("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
    ])
}

impl Mounted {
    /// Size in MB: a fresh database and a few minutes of chats.
    const SIZE_MB: u32 = 48;

    fn at(folder: &Path) -> anyhow::Result<Self> {
        let size = format!("size={}m", Self::SIZE_MB);
        crate::workspace::capture(
            Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder),
        )
        .context("a small file system cannot be mounted")?;
        Ok(Self(folder.to_owned()))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}
