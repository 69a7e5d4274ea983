//! Owns one server process: how it is started, killed, stopped and told to go on, and the proxies around it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use tokio::net::TcpStream;

use super::proxy::Proxy;
use crate::service::{bound_to_us, free_port};
use crate::shop::rest::Caller;
use crate::workspace::capture;

/// Says how many seconds a node that stops takes to tell everyone to move.
const DRAIN_S: &str = "BECKON_DRAIN_S";
/// How long a process may take until it is ready.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// How a node is started.
#[derive(Clone, Debug)]
pub(super) struct Start {
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<String>,
    pub(super) environment: Vec<(String, String)>,
    /// What it says of itself, one file over all its starts.
    pub(super) log: PathBuf,
}

/// A node.
pub(super) struct Node {
    start: Start,
    port: u16,
    child: Option<Child>,
    /// Between the browsers and it.
    pub(super) front: Proxy,
    /// Between it and PostgreSQL.
    pub(super) database: Option<Proxy>,
    /// Between it and NATS.
    pub(super) bus: Option<Proxy>,
}

impl Node {
    /// Starts it and waits until it is ready.
    ///
    /// # Errors
    /// When it does not get ready.
    pub(super) async fn start(
        start: Start,
        database: Option<Proxy>,
        bus: Option<Proxy>,
    ) -> anyhow::Result<Self> {
        let port = free_port()?;
        let front = Proxy::start(SocketAddr::from(([127, 0, 0, 1], port))).await?;
        let mut node = Self { start, port, child: None, front, database, bus };
        node.up().await?;
        Ok(node)
    }

    /// Starts the process anew; yields how long it took to be ready.
    ///
    /// # Errors
    /// When it does not get ready; the message carries the end of its log.
    pub(super) async fn up(&mut self) -> anyhow::Result<Duration> {
        let started = Instant::now();
        self.spawn()?;
        while !self.is_ready().await {
            let child = self.child.as_mut().context("it was just started")?;
            if let Some(status) = child.try_wait()? {
                bail!("a node ended with {status}:\n{}", self.last_words());
            }
            ensure!(started.elapsed() < READY_WITHIN, "a node does not get ready:\n{}", self.last_words());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(started.elapsed())
    }

    /// Starts the process and waits for nothing.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(super) fn spawn(&mut self) -> anyhow::Result<()> {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(&self.start.log)?;
        let mut command: Command = bound_to_us();
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("BECKON_")) {
            command.env_remove(name);
        }
        command.arg(&self.start.program).arg("serve").args(["--listen", &format!("127.0.0.1:{}", self.port)]);
        command.args(&self.start.arguments);
        command.envs(self.start.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        self.child = Some(command.spawn().context("cannot start a node")?);
        Ok(())
    }

    /// `kill -9`; whether its process is gone already is not waited for.
    ///
    /// # Errors
    /// When there is no process.
    pub(super) fn end(&self) -> anyhow::Result<()> {
        self.signal("-KILL")
    }

    /// `kill -9`, at once.
    pub(super) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// It is told to stop, as by a service manager.
    ///
    /// # Errors
    /// When there is no process.
    pub(super) fn stop(&self) -> anyhow::Result<()> {
        self.signal("-TERM")
    }

    /// How its process ended, once it has.
    ///
    /// # Errors
    /// When there is no process, or the system cannot tell.
    pub(super) fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        Ok(self.child.as_mut().context("the node has no process")?.try_wait()?)
    }

    /// From its next start on it is this program.
    pub(super) fn replace_program(&mut self, program: &Path) {
        program.clone_into(&mut self.start.program);
    }

    /// From its next start on it takes so many seconds, when it stops, to tell everyone to move.
    pub(super) fn set_drain(&mut self, drain_s: u64) {
        self.start.environment.retain(|(name, _)| name != DRAIN_S);
        self.start.environment.push((DRAIN_S.to_owned(), drain_s.to_string()));
    }

    /// It stands still until it is told to go on, and its connections stand.
    ///
    /// # Errors
    /// When there is no process.
    pub(super) fn pause(&self) -> anyhow::Result<()> {
        self.signal("-STOP")
    }

    /// It goes on.
    ///
    /// # Errors
    /// When there is no process.
    pub(super) fn go_on(&self) -> anyhow::Result<()> {
        self.signal("-CONT")
    }

    /// Whether its process lives.
    pub(super) fn lives(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }

    /// Whether it says that it can serve.
    pub(super) async fn is_ready(&self) -> bool {
        let address = self.address();
        if TcpStream::connect(address).await.is_err() {
            return false;
        }
        Caller::default().read(address, "/readyz").await.is_ok()
    }

    /// Whether it says that it has NATS.
    pub(super) async fn has_bus(&self) -> bool {
        let said = Caller::default().read(self.address(), "/readyz").await;
        said.is_ok_and(|said| {
            let mut reasons = said["reasons"].as_array().into_iter().flatten();
            reasons.all(|reason| reason["code"] != "nats")
        })
    }

    /// Where it listens itself, without the proxy.
    pub(super) fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    /// The file with what it says of itself.
    pub(super) fn log(&self) -> &Path {
        &self.start.log
    }

    /// The end of its log.
    pub(super) fn last_words(&self) -> String {
        let log = std::fs::read_to_string(&self.start.log).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    fn signal(&self, signal: &str) -> anyhow::Result<()> {
        let child = self.child.as_ref().context("the node has no process")?;
        capture(Command::new("kill").args([signal, &child.id().to_string()]))?;
        Ok(())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}
