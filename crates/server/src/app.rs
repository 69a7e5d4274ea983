//! Owns the composition: which parts a server is made of, how they are wired, and how they stop together.

use std::net::SocketAddr;

use anyhow::Context;
use axum::Router;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::bus::Bus;
use crate::clock::Clock;
use crate::config::{Config, Database};
use crate::driver::Driver;
use crate::http::{self, Api, setup};
use crate::store::Store;
use crate::ws::{self, Live};

/// Opens the database of an installation.
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

/// Serves until the process is told to stop.
///
/// # Errors
/// When the database or an address cannot be had.
pub async fn serve(config: Config) -> anyhow::Result<()> {
    let store = open_store(&config.database).await?;
    let bus = match &config.nats_url {
        Some(url) => Bus::nats(url).await.context("cannot reach NATS")?,
        None => Bus::local(),
    };
    let (tasks, stopping) = (TaskTracker::new(), CancellationToken::new());
    let driver = Driver::start(store.clone(), Clock::System, bus, &tasks, stopping.clone()).await?;
    let mut api = Api::new(driver.clone());
    api.trusted_proxies = config.trusted_proxies;
    api.setup_token = setup::prepare(&store).await?;
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {}", config.listen))?;
    let address = listener.local_addr().context("the listener has no address")?;
    tracing::info!(%address, "serving console, widget and API");
    if let Some(token) = &api.setup_token {
        tracing::info!(
            "first start: open http://{address}/setup?token={token} to make the first administrator"
        );
    }
    let service = router(driver, api).into_make_service_with_connect_info::<SocketAddr>();
    let asked = async move {
        stopped().await;
        stopping.cancel();
    };
    axum::serve(listener, service).with_graceful_shutdown(asked).await.context("the server failed")?;
    tasks.close();
    tasks.wait().await;
    store.close().await;
    Ok(())
}

/// Everything that one node serves on its public address.
pub fn router(driver: Driver, api: Api) -> Router {
    let live = Live::new(driver);
    http::router(api.clone()).merge(ws::visitor_router(live.clone())).merge(ws::agent_router(live, api))
}

/// Until the process is asked to stop, by a terminal or by a service manager.
async fn stopped() {
    let mut terminate = signal(SignalKind::terminate()).expect("a handler for this signal can be installed");
    let mut interrupt = signal(SignalKind::interrupt()).expect("a handler for this signal can be installed");
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
