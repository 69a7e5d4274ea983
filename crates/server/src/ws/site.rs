//! Owns what a page asks before it loads, keeps or sends anything: what the visitor's consent is taken to be, and where
//! nothing is loaded (N-4, T-9). Knows no visitor.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use beckon_engine::settings::ConsentMode;
use serde::Serialize;

use super::Live;
use super::visitor_session::Caller;
use crate::driver::address::as_browsers_write;
use crate::driver::robots::is_robot;
use crate::http::client::{Client, allow_origin};

/// Browsers ask at most once a minute: so long an administrator's change takes to reach a page that is loaded anew.
const CACHED: HeaderValue = HeaderValue::from_static("private, max-age=60");

/// What holds on a site before anything is loaded.
#[derive(Serialize)]
struct Terms {
    consent: ConsentMode,
    deny_paths: Vec<String>,
}

pub(super) async fn show(
    State(live): State<Live>,
    Path(key): Path<String>,
    client: Client,
    headers: HeaderMap,
) -> Response {
    let mut response = match terms(&live, &key, &Caller::of(&headers, client)) {
        Ok(terms) => Json(terms).into_response(),
        Err(status) => status.into_response(),
    };
    allow_origin(&mut response, &headers);
    response.headers_mut().insert(CACHE_CONTROL, CACHED);
    response
}

fn terms(live: &Live, key: &str, caller: &Caller) -> Result<Terms, StatusCode> {
    let site = live.driver.sites().by_key(key).ok_or(StatusCode::NOT_FOUND)?;
    if is_robot(&caller.user_agent) {
        return Err(StatusCode::FORBIDDEN);
    }
    let allowed = site.row.origins.contains(&caller.origin);
    live.driver.note_snippet(*site.row.id, &caller.origin, allowed);
    if !allowed {
        return Err(StatusCode::FORBIDDEN);
    }
    Ok(Terms {
        consent: site.row.settings.consent,
        deny_paths: site.row.deny_paths.iter().map(|path| as_browsers_write(path)).collect(),
    })
}
