//! Owns the demo shop: a website of its own origin, under a strict Content-Security-Policy, with the snippet on every page.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::RustEmbed;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::seed::SITE_KEY;
use super::shopper;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/src/demo/shop"]
struct Files;

pub(super) struct Shop {
    console: String,
    policy: HeaderValue,
    /// Signs who is signed in at the shop.
    pub(super) secret: String,
}

/// Serves the shop, whose pages load the widget from `console`, until `stopping` is cancelled.
pub(super) async fn serve(
    listener: TcpListener,
    console: String,
    secret: String,
    stopping: CancellationToken,
) {
    let live = console.replacen("http", "ws", 1);
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self' {console}; script-src 'self' {console}; \
         connect-src {console} {live}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    let policy = HeaderValue::from_str(&policy).expect("an origin has only ASCII");
    let shop = Arc::new(Shop { console, policy, secret });
    let router = Router::new()
        .route("/checkout/done", get(thank).post(thank))
        .route("/sign-in", get(shopper::sign_in))
        .route("/sign-out", get(shopper::sign_out))
        .route("/shopper.js", get(shopper::script))
        .route("/", get(home))
        .route("/{*path}", get(page))
        .with_state(shop);
    let served = axum::serve(listener, router.into_make_service())
        .with_graceful_shutdown(async move { stopping.cancelled().await })
        .await;
    if let Err(error) = served {
        tracing::error!(%error, "the shop stopped");
    }
}

async fn home(State(shop): State<Arc<Shop>>) -> Response {
    answer(&shop, "index.html", StatusCode::OK)
}

async fn page(State(shop): State<Arc<Shop>>, Path(path): Path<String>) -> Response {
    let name = if path.contains('.') { path } else { format!("{}.html", path.trim_end_matches('/')) };
    if Files::get(&name).is_some() {
        answer(&shop, &name, StatusCode::OK)
    } else {
        answer(&shop, "not-found.html", StatusCode::NOT_FOUND)
    }
}

/// The order is not kept: the shop sells nothing.
async fn thank() -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, "/thank-you")]).into_response()
}

fn answer(shop: &Shop, name: &str, status: StatusCode) -> Response {
    let file = Files::get(name).expect("the caller has looked");
    let kind = match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let body = match std::str::from_utf8(&file.data) {
        Ok(text) if kind.starts_with("text/html") => {
            text.replace("{{console}}", &shop.console).replace("{{site_key}}", SITE_KEY).into_bytes()
        }
        _ => file.data.into_owned(),
    };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (CONTENT_SECURITY_POLICY, shop.policy.clone()),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (status, headers, body).into_response()
}
