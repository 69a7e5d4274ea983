//! Owns the HTTP surface: the REST interface, health, and the files of console and widget. Live connections stand in `ws`.
//!
//! Each resource is one file with a `router()`; `openapi` gathers them. A handler names in its arguments who may call
//! it: one that asks for an [`auth::Admin`] cannot be reached without one.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use beckon_engine::id::SiteId;
use tower_http::csrf::{CsrfLayer, ProtectionError};
use tower_http::set_header::SetResponseHeaderLayer;

use crate::bus::Hint;
use crate::clock::Clock;
use crate::driver::Driver;
use crate::outbound::Outbound;
use crate::store::{Store, Tx};
use error::{Answer, Problem};
use file::room::Uploads;
use password::Passwords;
use throttle::SignInThrottle;

pub mod account;
pub mod agent;
pub mod api_token;
pub mod assets;
pub mod audit;
pub mod auth;
pub mod bringing;
mod by_hand;
pub mod canned_reply;
pub mod chat;
pub mod check;
pub mod client;
mod conduct_check;
pub mod configuration;
pub mod customer;
mod decision;
pub mod draft;
pub mod enquiry;
pub mod error;
pub mod extract;
pub mod file;
pub mod health;
mod history;
mod idempotency;
pub mod identity;
pub mod offer;
pub mod offer_preview;
pub mod offer_stop;
pub mod openapi;
pub mod page;
pub mod password;
mod presentation;
pub mod queue;
mod queue_check;
pub mod queue_switch;
pub mod rule;
mod rule_order;
mod rule_test;
pub mod scope;
pub mod second_step;
mod seen;
pub mod session;
pub mod setup;
mod setup_step;
#[cfg(feature = "openid-connect")]
pub mod single_sign_on;
pub mod site;
pub mod throttle;
pub mod user;
mod user_access;
pub mod user_agent;
pub mod user_link;
pub mod version;
pub mod visit;
pub mod waiting;
pub mod wallboard;
pub mod webhook;
pub mod workspace;
mod wrap_up;

/// Most bytes of a request body.
pub const BODY_BYTES_MAX: usize = 256 * 1024;

/// Under this key administrative changes wait for each other, so that what one checked still holds when it commits.
const ADMINISTRATION: i64 = 0x0062_6563_6b6f_6e01;

/// What the handlers work with. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Api {
    /// Live state.
    pub driver: Driver,
    /// The database.
    pub store: Store,
    /// The time, and new ids.
    pub clock: Clock,
    /// Hashes and compares passwords.
    pub passwords: Passwords,
    /// Counts the attempts to sign in.
    pub throttle: SignInThrottle,
    /// What files may come in.
    pub uploads: Uploads,
    /// Which addresses webhooks and the provider of single sign-on may have.
    pub outbound: Outbound,
    /// What the provider of single sign-on says of itself.
    #[cfg(feature = "openid-connect")]
    pub providers: crate::openid::Providers,
    /// Whether the database answers.
    pub database_looks: Arc<health::DatabaseLooks>,
    /// How many proxies in front of the server add to `X-Forwarded-For`.
    pub trusted_proxies: u8,
}

impl Api {
    /// For an installation that is set up, reached without proxies.
    #[must_use]
    pub fn new(driver: Driver, outbound: Outbound) -> Self {
        Self {
            store: driver.store().clone(),
            clock: driver.clock().clone(),
            driver,
            passwords: Passwords::new(),
            throttle: SignInThrottle::new(),
            uploads: Uploads::new(),
            outbound,
            #[cfg(feature = "openid-connect")]
            providers: crate::openid::Providers::default(),
            database_looks: Arc::default(),
            trusted_proxies: 0,
        }
    }

    /// Begins an administrative change; one at a time in the whole installation.
    ///
    /// # Errors
    /// When the database failed.
    pub async fn change(&self) -> Answer<Tx> {
        let mut tx = self.store.write().await?;
        tx.lock(ADMINISTRATION).await?;
        Ok(tx)
    }

    /// Commits a change of a site's configuration, then tells all nodes of it.
    ///
    /// # Errors
    /// When the database failed.
    pub async fn commit(&self, tx: Tx, site: SiteId) -> Answer<()> {
        Ok(self.driver.commit_and_tell(tx, [Hint::SiteChanged { site }]).await?)
    }
}

/// Everything but the live connections, which are merged beside it so that they stay outside its layers.
pub fn router(api: Api) -> Router {
    let (rest, document) = openapi::parts();
    let rest = rest
        .merge(openapi::serve(&document))
        .merge(configuration::serve_schema(&document))
        .route("/api", any(not_found))
        .route("/api/{*rest}", any(not_found))
        .method_not_allowed_fallback(method_not_allowed)
        .layer(axum::middleware::from_fn_with_state(api.clone(), idempotency::layer))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(CsrfLayer::new().with_rejection_response(foreign_origin))
        .layer(answer_header(CACHE_CONTROL, "no-store"))
        .layer(answer_header(X_CONTENT_TYPE_OPTIONS, "nosniff"));
    rest.merge(health::router()).merge(file::public_router()).fallback(assets::serve).with_state(api)
}

fn answer_header(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

fn foreign_origin(_: ProtectionError) -> Response {
    Problem::ForeignOrigin.into_response()
}

async fn not_found() -> Problem {
    Problem::NotFound
}

async fn method_not_allowed() -> Problem {
    Problem::MethodNotAllowed
}
