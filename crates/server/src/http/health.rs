//! Owns what load balancers ask: whether the process lives, and whether it can serve.

use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use tokio::sync::Mutex;

use super::{Api, answer_header};
use crate::driver::overload::Load;
use crate::store::migration::{Migrations, find_migrations};
use crate::store::{Store, StoreResult};

/// A database that answers slower than this is not ready.
const READY_WITHIN: Duration = Duration::from_secs(2);

/// Whether a node can serve, and why not, or not as well as it should (N-6).
#[derive(Serialize)]
struct Readiness {
    status: Status,
    /// Empty when all is well.
    reasons: Vec<Reason>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    /// All is well.
    Ready,
    /// It serves; something is slower than it should be.
    Degraded,
    /// Send nobody here.
    NotReady,
}

#[derive(Serialize)]
struct Reason {
    code: &'static str,
    detail: &'static str,
}

const DRAINING: Reason =
    Reason { code: "draining", detail: "This node is about to stop and tells browsers to move to another." };
const NO_DATABASE: Reason = Reason { code: "database", detail: "The database cannot be reached." };
const SLOW_DATABASE: Reason = Reason { code: "database", detail: "The database does not answer in time." };
const NOT_MIGRATED: Reason = Reason {
    code: "migrations",
    detail: "The database has not the tables of this version: it is older, or was changed by something else.",
};
const ALONE: Reason = Reason {
    code: "nats",
    detail: "NATS cannot be reached: what happens on other nodes is seen here some seconds later.",
};

const OTHER_TIME: Reason = Reason {
    code: "clock",
    detail: "The clocks of this machine and of the database are more than two seconds apart: deadlines are wrong.",
};

/// `/healthz` and `/readyz`.
pub fn router() -> Router<Api> {
    let ready = get(ready).layer(answer_header(axum::http::header::CACHE_CONTROL, "no-store"));
    Router::new().route("/healthz", get(live)).route("/readyz", ready)
}

async fn live() -> &'static str {
    "ok\n"
}

async fn ready(State(api): State<Api>) -> Response {
    let mut reasons = Vec::new();
    if api.driver.is_draining() {
        reasons.push(DRAINING);
    }
    match tokio::time::timeout(READY_WITHIN, api.database_looks.look(&api.store)).await {
        Ok(Looked::Migrated) => {}
        Ok(Looked::NotMigrated) => reasons.push(NOT_MIGRATED),
        Ok(Looked::Failed) => reasons.push(NO_DATABASE),
        Err(_) => reasons.push(SLOW_DATABASE),
    }
    let serves = reasons.is_empty();
    if api.driver.bus().is_away() {
        reasons.push(ALONE);
    }
    if !api.driver.has_the_time() {
        reasons.push(OTHER_TIME);
    }
    reasons.extend(overload(api.driver.load()));
    let (code, status) = match (serves, reasons.is_empty()) {
        (true, true) => (StatusCode::OK, Status::Ready),
        (true, false) => (StatusCode::OK, Status::Degraded),
        (false, _) => (StatusCode::SERVICE_UNAVAILABLE, Status::NotReady),
    };
    (code, Json(Readiness { status, reasons })).into_response()
}

/// What a node does not do now, because units of work wait too long.
fn overload(load: Load) -> Option<Reason> {
    let detail = match load {
        Load::Fine => return None,
        Load::NoDetail => "The database is overloaded: page views are written slowly.",
        Load::NoOffers => {
            "The database is overloaded: no offers are presented, and page views written slowly."
        }
        Load::NoNewChats => "The database is overloaded: no chats are begun, and no offers presented.",
    };
    Some(Reason { code: "overload", detail })
}

/// What the database said.
#[derive(Clone, Copy, Debug)]
enum Looked {
    Migrated,
    NotMigrated,
    Failed,
}

/// Looks at the database, one at a time: whoever asks while others wait takes the answer to a look that began after they asked.
#[derive(Debug, Default)]
pub struct DatabaseLooks(Mutex<Option<(Instant, Looked)>>);

impl DatabaseLooks {
    async fn look(&self, store: &Store) -> Looked {
        let asked = Instant::now();
        let mut last = self.0.lock().await;
        if let Some((_, looked)) = last.filter(|(began, _)| *began >= asked) {
            return looked;
        }
        let began = Instant::now();
        let looked = match migrations(store).await {
            Ok(Some(migrations)) if migrations.are_enough() => Looked::Migrated,
            Ok(_) => Looked::NotMigrated,
            Err(error) => {
                tracing::error!(%error, "not ready");
                Looked::Failed
            }
        };
        *last = Some((began, looked));
        looked
    }
}

async fn migrations(store: &Store) -> StoreResult<Option<Migrations>> {
    let mut tx = store.check().await?;
    let found = find_migrations(&mut tx).await?;
    tx.commit().await?;
    Ok(found)
}
