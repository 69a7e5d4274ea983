//! Owns what load balancers ask: whether the process lives, and whether it can serve.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::get;

use super::Api;
use super::error::{Answer, Problem};

/// A database that answers slower than this is not ready.
const READY_WITHIN: Duration = Duration::from_secs(2);

/// `/healthz` and `/readyz`.
pub fn router() -> Router<Api> {
    Router::new().route("/healthz", get(live)).route("/readyz", get(ready))
}

async fn live() -> &'static str {
    "ok\n"
}

async fn ready(State(api): State<Api>) -> Answer<&'static str> {
    let reading = async { api.store.read().await?.commit().await };
    match tokio::time::timeout(READY_WITHIN, reading).await {
        Ok(Ok(())) => Ok("ready\n"),
        Ok(Err(error)) => {
            tracing::error!(%error, "not ready");
            Err(Problem::Unavailable("The database cannot be reached.".to_owned()))
        }
        Err(_) => Err(Problem::Unavailable("The database does not answer in time.".to_owned())),
    }
}
