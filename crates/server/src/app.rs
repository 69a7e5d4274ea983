//! Owns the composition: which parts a server is made of, how they are wired, and how they stop together.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use axum::Router;
use axum::routing::get;
use ipnet::IpNet;
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::bus::Bus;
use crate::clock::Clock;
use crate::config::{Config, Database, Mail, SecretKey};
use crate::driver::{Driver, Mails};
use crate::http::{self, Api, setup};
use crate::jobs;
use crate::mail::Mailer;
use crate::outbound::Outbound;
use crate::store::Store;
use crate::store::secret_key::{Fit, is_sealed};
use crate::vault::{KEY_FILE, Vault};
use crate::ws::{self, Live};

/// Requests that are under way when the server stops are waited for so long.
const REQUESTS_WITHIN: Duration = Duration::from_secs(10);
/// What is to be written when the server stops is waited for so long.
const STOPPED_WITHIN: Duration = Duration::from_secs(30);

/// Opens the database of an installation, without the key to its secrets.
///
/// # Errors
/// When it cannot be opened or migrated.
pub async fn open_store(database: &Database) -> anyhow::Result<Store> {
    match database {
        Database::Sqlite(dir) => Store::open_sqlite(dir)
            .await
            .with_context(|| format!("cannot open the database in {}", dir.display())),
        Database::Postgres(url) => {
            Store::open_postgres(url).await.context("cannot open the PostgreSQL database")
        }
    }
}

/// Where the key to the secrets is.
enum Key {
    /// It was given.
    Given(Vault),
    /// In this file, beside the embedded database, once there was a first start.
    Beside(PathBuf),
}

/// Opens the database of an installation with the key to its secrets: the one that is given, or, beside the embedded database,
/// the one in a file, made at the first start. Secrets that are not sealed yet are sealed.
///
/// # Errors
/// When the database cannot be opened, or the key is missing or not the one that its secrets were sealed with.
pub async fn open_with_secrets(database: &Database, key: Option<&SecretKey>) -> anyhow::Result<Store> {
    let key = match (key, database) {
        (Some(SecretKey::Written(text)), _) => Key::Given(Vault::parse(text)?),
        (Some(SecretKey::InFile(path)), _) => Key::Given(Vault::read(path)?),
        (None, Database::Sqlite(dir)) => Key::Beside(dir.join(KEY_FILE)),
        (None, Database::Postgres(_)) => bail!(
            "with PostgreSQL the server needs a secret key, the same on every node: make one with \
             `openssl rand -hex 32`, set BECKON_SECRET_KEY or --secret-key-file, and keep it with your backups"
        ),
    };
    let store = open_store(database).await?;
    let vault = match key {
        Key::Given(vault) => vault,
        Key::Beside(path) => key_beside(&store, &path).await?,
    };
    let store = store.with_vault(vault);
    match store.seal_all().await.context("cannot look at the secret key")? {
        Fit::Right => Ok(store),
        Fit::Wrong => bail!(
            "the secret key is not the one that the secrets in this database were sealed with; start with that one \
             (--secret-key-file, BECKON_SECRET_KEY, or the file {KEY_FILE} in the data folder). Nothing was changed"
        ),
    }
}

/// The key in the file beside the embedded database. Where one was used before and is gone, none is made in its place.
async fn key_beside(store: &Store, path: &Path) -> anyhow::Result<Vault> {
    if path.exists() {
        return Vault::read(path);
    }
    let mut tx = store.read().await?;
    if is_sealed(&mut tx).await? {
        bail!(
            "the secrets in this database are sealed, and {} is missing: bring it back from your backup. \
             Nothing was changed",
            path.display()
        );
    }
    Vault::create(path)
}

/// How a node reaches what is outside.
#[derive(Clone, Debug)]
pub struct WaysOut {
    /// How mail leaves; without one it waits in the outbox.
    pub mailer: Option<Mailer>,
    /// How webhooks are told.
    pub outbound: Outbound,
}

impl WaysOut {
    /// The ways of an installation with these settings.
    ///
    /// # Errors
    /// When an address among them is malformed.
    pub fn new(mail: Option<&Mail>, allowed: Vec<IpNet>) -> anyhow::Result<Self> {
        Ok(Self { mailer: mail.map(Mailer::new).transpose()?, outbound: Outbound::new(allowed)? })
    }
}

/// One node: its live state, its jobs, and what its routes need.
#[derive(Debug)]
pub struct Node {
    /// What the routes of the interface need.
    pub api: Api,
    driver: Driver,
    tasks: TaskTracker,
    stopping: CancellationToken,
}

impl Node {
    /// Starts the tasks of a node.
    ///
    /// # Errors
    /// When the configuration of the sites cannot be read.
    pub async fn start(store: Store, clock: Clock, bus: Bus, out: WaysOut) -> anyhow::Result<Self> {
        let WaysOut { mailer, outbound } = out;
        let (tasks, stopping) = (TaskTracker::new(), CancellationToken::new());
        let mails = if mailer.is_some() { Mails::Leave } else { Mails::Wait };
        let driver =
            Driver::start(store.clone(), clock.clone(), bus, mails, &tasks, stopping.clone()).await?;
        tasks.spawn(jobs::mails::run(store.clone(), clock.clone(), mailer, stopping.clone()));
        tasks.spawn(jobs::webhooks::run(store.clone(), clock.clone(), outbound.clone(), stopping.clone()));
        tasks.spawn(jobs::importing::run(store.clone(), clock.clone(), stopping.clone()));
        tasks.spawn(store.clone().keep_checkpoints(stopping.clone()));
        tasks.spawn(jobs::run(store, clock, stopping.clone()));
        Ok(Self { api: Api::new(driver.clone(), outbound), driver, tasks, stopping })
    }

    /// Cancelled when the node is to stop; cancel it to stop the node.
    #[must_use]
    pub fn stopping(&self) -> CancellationToken {
        self.stopping.clone()
    }

    /// Everything that the node serves on its public address.
    pub fn router(&self) -> Router {
        router(self.driver.clone(), self.api.clone())
    }

    /// Waits until everything is written and the database is closed.
    pub async fn stop(self) {
        self.stopping.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.driver.bus().close().await;
        self.driver.leave().await;
        self.api.store.close().await;
    }
}

/// Serves until the process is told to stop.
///
/// # Errors
/// When the database or an address cannot be had.
pub async fn serve(config: Config) -> anyhow::Result<()> {
    let listener = bind(config.listen).await?;
    let store = open_with_secrets(&config.database, config.secret_key.as_ref()).await?;
    let bus = match &config.nats_url {
        Some(url) => Bus::nats(url).await.context("the address of NATS is of no use")?,
        None => Bus::local(),
    };
    let out = WaysOut::new(config.mail.as_ref(), config.outbound_allow)?;
    let mut node = Node::start(store, Clock::System, bus, out).await?;
    node.api.trusted_proxies = config.trusted_proxies;
    if let Some(address) = config.metrics_listen {
        tokio::spawn(serve_metrics(bind(address).await?, node.stopping())?);
    }
    let address = listener.local_addr().context("the listener has no address")?;
    let signals = StopSignals::catch();
    tracing::info!(%address, "serving console, widget and API");
    if let Some(token) = setup::prepare(&node.api.store, Clock::System.now()).await? {
        tracing::info!(
            "first start: open http://{address}/setup?token={token} to make the first administrator"
        );
    }
    serve_until_stopped(node, listener, signals, config.drain).await
}

/// Serves a node on `listener` until the process is told to stop; then those who are connected are told to move, spread over
/// `drain`, and the node stops. Told once more, it stops at once.
///
/// # Errors
/// When the listener fails.
pub async fn serve_until_stopped(
    node: Node,
    listener: TcpListener,
    mut signals: StopSignals,
    drain: Duration,
) -> anyhow::Result<()> {
    let service = node.router().into_make_service_with_connect_info::<SocketAddr>();
    let (driver, stopping) = (node.driver.clone(), node.stopping());
    let asked = stopping.clone();
    tokio::spawn(async move {
        signals.next().await;
        tokio::select! {
            () = driver.drain(drain) => {}
            () = signals.next() => {}
        }
        stopping.cancel();
    });
    let last_requests = asked.clone();
    let served = axum::serve(listener, service)
        .with_graceful_shutdown(async move { asked.cancelled().await })
        .into_future();
    let overdue = async move {
        last_requests.cancelled().await;
        tokio::time::sleep(REQUESTS_WITHIN).await;
    };
    let served = tokio::select! {
        served = served => served,
        () = overdue => {
            tracing::warn!("the server stops while requests are under way");
            Ok(())
        }
    };
    if tokio::time::timeout(STOPPED_WITHIN, node.stop()).await.is_err() {
        tracing::warn!("the server stops while something is not written yet");
    }
    served.context("the server failed")
}

/// Listens on `address`.
///
/// # Errors
/// When the address is taken or not this machine's.
pub async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))
}

/// Serves `/metrics` for Prometheus, on a listener of its own (N-6).
fn serve_metrics(
    listener: TcpListener,
    stopping: CancellationToken,
) -> anyhow::Result<impl Future<Output = ()>> {
    let recorder = PrometheusBuilder::new().install_recorder().context("cannot record metrics")?;
    let router = Router::new().route("/metrics", get(async move || recorder.render()));
    Ok(async move {
        let served = axum::serve(listener, router.into_make_service())
            .with_graceful_shutdown(async move { stopping.cancelled().await });
        if let Err(error) = served.await {
            tracing::error!(%error, "the metrics listener stopped");
        }
    })
}

/// Everything that one node serves on its public address.
pub fn router(driver: Driver, api: Api) -> Router {
    let live = Live::new(driver, &api);
    http::router(api.clone()).merge(ws::visitor_router(live.clone())).merge(ws::agent_router(live, api))
}

/// What asks the process to stop: a terminal or a service manager.
#[derive(Debug)]
pub struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    /// From now on the process does not end by itself when it is asked to.
    ///
    /// # Panics
    /// When the system has no such signals.
    #[must_use]
    pub fn catch() -> Self {
        let catch = |kind| signal(kind).expect("a handler for this signal can be installed");
        Self { terminate: catch(SignalKind::terminate()), interrupt: catch(SignalKind::interrupt()) }
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
