//! A server that lives as long as its value: started for a test, stopped when dropped. Knows no particular server.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

/// How long a server may take until it is ready.
const START_S_MAX: u64 = 30;
/// How long a server may take to stop before it is killed.
const STOP_S_MAX: u64 = 10;

/// A running server.
pub(crate) struct Service {
    name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Service {
    /// Starts `command` with its output in `log`. The system ends it when this process ends, however that happens.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(crate) fn start(name: &'static str, command: &mut Command, log: PathBuf) -> anyhow::Result<Self> {
        let output = std::fs::File::create(&log)?;
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        Ok(Self { name, child, log })
    }

    /// Waits until `ready` says so.
    ///
    /// # Errors
    /// When the server ends before it is ready or takes too long; the message carries its log.
    pub(crate) fn wait_until(&mut self, mut ready: impl FnMut() -> bool) -> anyhow::Result<()> {
        let started = Instant::now();
        while !ready() {
            let log = || std::fs::read_to_string(&self.log).unwrap_or_default();
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended with {status}:\n{}", self.name, log());
            }
            if started.elapsed() > Duration::from_secs(START_S_MAX) {
                bail!("{} is not ready after {START_S_MAX} s:\n{}", self.name, log());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Service {
    /// Ends it with this signal and waits until it is gone.
    ///
    /// # Errors
    /// When the signal cannot be sent.
    pub(crate) fn end_with(&mut self, signal: &str) -> anyhow::Result<()> {
        let status = Command::new("kill").args([signal, &self.child.id().to_string()]).status()?;
        ensure!(status.success(), "{} takes no signal", self.name);
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        let stopped = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        let started = Instant::now();
        while stopped.is_ok() && started.elapsed() < Duration::from_secs(STOP_S_MAX) {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        println!("{} did not stop by itself and is killed", self.name);
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A command that starts `program` so that it receives an interrupt when this process dies.
pub(crate) fn bound_to_us() -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "INT"]);
    command
}

/// A port of 127.0.0.1 that is free now.
///
/// # Errors
/// When the system has none.
pub(crate) fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
