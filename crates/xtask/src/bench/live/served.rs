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
use crate::workspace::target;

/// Rules that each page view is held against; one of them is the shop's own.
const RULES: u32 = 20;
/// How often a connected visitor says that it is there, seconds.
pub(super) const HEARTBEAT_S: u32 = 15;
const READY_WITHIN: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// A running process that listens.
pub(super) struct Served {
    pub(super) address: SocketAddr,
    /// Of Beckon; a bare server has none.
    pub(super) shop: Option<Shop>,
    child: Child,
    _data: Option<TempDir>,
}

impl Served {
    /// Beckon on new data.
    ///
    /// # Errors
    /// When it does not get ready or refuses something.
    pub(super) fn beckon() -> anyhow::Result<Self> {
        let data = tempfile::Builder::new().prefix("beckon-bench-").tempdir()?;
        make_admin(&program()?, &["--data".to_owned(), data.path().display().to_string()])?;
        let (mut served, _) = Self::start(data.path())?;
        served.shop = Some(furnish(served.address)?);
        served._data = Some(data);
        Ok(served)
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
        let served = Self { address, shop: None, child, _data: None };
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
        let started = Instant::now();
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("the output is piped")?).read_line(&mut line)?;
        let address = line.trim().parse().context("the bare server does not say where it listens")?;
        Ok((Self { address, shop: None, child, _data: None }, started.elapsed()))
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

/// A shop whose rules look at every address and match none that the benches visit.
fn furnish(address: SocketAddr) -> anyhow::Result<Shop> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let shop = Shop::open(address, 1).await?;
        let site = format!("/api/v1/sites/{}", shop.site);
        for number in 1..RULES {
            let plan = json!({ "offer_id": shop.offer, "queue_id": shop.queue,
                               "match_value": format!("/checkout/step-{number}") });
            let rule = json!({ "priority": 10 + number, "name": format!("Step {number}"), "plan": plan });
            shop.admin.make(address, &format!("{site}/rules"), &rule).await?;
        }
        let settings = json!({ "settings": { "poll_interval_s": HEARTBEAT_S } });
        shop.admin.change(address, &site, &settings).await?;
        Ok(shop)
    })
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
