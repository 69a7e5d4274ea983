//! Owns what a bench measures: the release binary with a shop of twenty rules on an embedded database of its own, or a bare server.

use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::json;
use tempfile::TempDir;

use super::floor::Floor;
use super::process::Process;
use crate::service::{bound_to_us, free_port};
use crate::shop::{Shop, make_admin};
use crate::web;
use crate::workspace::{root, target};

/// Rules that each page view is held against; one of them is the shop's own.
pub(super) const RULES: u32 = 20;
/// How often a connected visitor says that it is there, seconds.
pub(super) const HEARTBEAT_S: u32 = 15;
/// Servers as most are written, to stand beside.
const NODE: &str = "crates/xtask/node";
const READY_WITHIN: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// A running process that listens.
pub(super) struct Served {
    pub(super) address: SocketAddr,
    /// Of Beckon; a bare server has none.
    pub(super) shop: Option<Shop>,
    child: Child,
    data: Option<TempDir>,
}

impl Served {
    /// Beckon on new data.
    ///
    /// # Errors
    /// When it does not get ready or refuses something.
    pub(super) fn beckon() -> anyhow::Result<Self> {
        Self::with(1, RULES)
    }

    /// The same, with so many agents and rules.
    ///
    /// # Errors
    /// As [`Self::beckon`].
    pub(super) fn with(agents: usize, rules: u32) -> anyhow::Result<Self> {
        let data = tempfile::Builder::new().prefix("beckon-bench-").tempdir()?;
        make_admin(&program()?, &["--data".to_owned(), data.path().display().to_string()])?;
        let (mut served, _) = Self::start(data.path())?;
        served.shop = Some(served.block_on(furnish(served.address, agents, rules))?);
        served.data = Some(data);
        // Signing people in has taken memory, which is given back only after a while.
        Ok(served.restarted()?.0)
    }

    /// The same data in a new process, after this one was killed; yields how long it took to be ready too.
    ///
    /// # Errors
    /// When it does not get ready.
    pub(super) fn restarted(mut self) -> anyhow::Result<(Self, Duration)> {
        self.child.kill()?;
        self.child.wait()?;
        let data = self.data.take().context("it has data of its own")?;
        let (mut served, took) = Self::start(data.path())?;
        (served.shop, served.data) = (self.shop.take(), Some(data));
        Ok((served, took))
    }

    /// Visitors need not say that they are there while something else is done.
    ///
    /// # Errors
    /// When the server refuses it.
    pub(super) fn be_patient(&self) -> anyhow::Result<()> {
        let shop = self.shop.as_ref().context("a bare server is patient")?;
        let site = format!("/api/v1/sites/{}", shop.site);
        let settings = json!({ "settings": { "poll_interval_s": 300, "minimum_interval_s": 0, "capacity_factor": 100 } });
        self.block_on(shop.admin.change(self.address, &site, &settings))
    }

    /// Beckon on what this folder holds; yields how long it took to be ready too.
    ///
    /// # Errors
    /// When it does not get ready.
    pub(super) fn start(data: &Path) -> anyhow::Result<(Self, Duration)> {
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()?));
        let mut command: Command = bound_to_us();
        command.arg(program()?).args(["serve", "--listen", &address.to_string(), "--data"]).arg(data);
        let log = std::fs::File::create(data.join("log"))?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let started = Instant::now();
        let child = command.spawn().context("cannot start the release binary")?;
        let served = Self { address, shop: None, child, data: None };
        while !is_ready(address) {
            ensure!(started.elapsed() < READY_WITHIN, "the server does not get ready");
            std::thread::sleep(LOOK_EVERY);
        }
        Ok((served, started.elapsed()))
    }

    /// A bare server; yields how long it took to listen too.
    ///
    /// # Errors
    /// When it does not say where it listens.
    pub(super) fn floor(floor: Floor) -> anyhow::Result<(Self, Duration)> {
        let name = format!("{floor:?}").to_lowercase();
        let mut command = bound_to_us();
        command.arg(std::env::current_exe()?).args(["bench", "--floor", &name]);
        Self::announced(command)
    }

    /// A server of the bench's Node package, with these variables.
    ///
    /// # Errors
    /// When the package cannot be installed, or the server does not say where it listens.
    pub(super) fn node(script: &str, variables: &[(&str, &str)]) -> anyhow::Result<Self> {
        web::install(NODE)?;
        let mut command = bound_to_us();
        command.arg("node").arg(root().join(NODE).join(script)).envs(variables.iter().copied());
        Ok(Self::announced(command)?.0)
    }

    /// A server whose first line is its address.
    fn announced(mut command: Command) -> anyhow::Result<(Self, Duration)> {
        let started = Instant::now();
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("the output is piped")?).read_line(&mut line)?;
        let address = line.trim().parse().context("the bare server does not say where it listens")?;
        Ok((Self { address, shop: None, child, data: None }, started.elapsed()))
    }

    /// A rule that is met after so many seconds on a page below `path`.
    ///
    /// # Errors
    /// When the server refuses it.
    pub(super) fn timer_rule(&self, path: &str, required_s: u32) -> anyhow::Result<()> {
        let shop = self.shop.as_ref().context("a bare server has no rules")?;
        let plan = json!({ "offer_id": shop.offer, "queue_id": shop.queue, "match_value": path,
                           "required_time_s": required_s });
        let rule = json!({ "priority": 5, "name": path, "plan": plan });
        let rules = format!("/api/v1/sites/{}/rules", shop.site);
        self.block_on(shop.admin.make(self.address, &rules, &rule))?;
        Ok(())
    }

    /// The database of Beckon.
    ///
    /// # Errors
    /// When it is a bare server.
    pub(super) fn database(&self) -> anyhow::Result<PathBuf> {
        Ok(self.data.as_ref().context("a bare server has no database")?.path().join("beckon.db"))
    }

    /// Waits for requests to the interface.
    pub(super) fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("the system has what a runtime needs").block_on(work)
    }

    /// The process that is measured.
    pub(super) fn process(&self) -> Process {
        Process(self.child.id())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The binary that is measured.
///
/// # Errors
/// When cargo does not say where it builds.
pub(super) fn program() -> anyhow::Result<PathBuf> {
    Ok(target()?.join("release/beckon"))
}

/// A shop whose rules look at every address and match none that the benches visit, unless they mean to.
async fn furnish(address: SocketAddr, agents: usize, rules: u32) -> anyhow::Result<Shop> {
    let shop = Shop::open(address, agents).await?;
    let site = format!("/api/v1/sites/{}", shop.site);
    for number in 1..rules {
        let plan = json!({ "offer_id": shop.offer, "queue_id": shop.queue,
                           "match_value": format!("/checkout/step-{number}") });
        let rule = json!({ "priority": 10 + number, "name": format!("Step {number}"), "plan": plan });
        shop.admin.make(address, &format!("{site}/rules"), &rule).await?;
    }
    // Nothing stands in the way of an offer whose rule is met.
    let settings = json!({ "poll_interval_s": HEARTBEAT_S, "minimum_interval_s": 0, "capacity_factor": 100 });
    shop.admin.change(address, &site, &json!({ "settings": settings })).await?;
    Ok(shop)
}

fn is_ready(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(address)?;
        write!(stream, "GET /readyz HTTP/1.0\r\nhost: {address}\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.split(' ').nth(1) == Some("200"))
}
