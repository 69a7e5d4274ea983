//! Owns what a page is shown for the link of a preview: an offer of its own site, as it is saved. Knows no visitor, makes
//! no visit and presents nothing.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use beckon_engine::offer::OfferDesign;
use beckon_engine::queue::Styling;
use serde::{Deserialize, Serialize};

use super::Live;
use super::visitor_session::Caller;
use crate::driver::robots::is_robot;
use crate::http::auth::hash_token;
use crate::http::client::{Client, allow_origin};
use crate::store::StoreResult;
use crate::store::offer::find_offer;
use crate::store::offer_preview::find_offer_preview;

/// Most bytes of a question.
const BODY_LEN_MAX: usize = 1_024;

/// What the page asks. It comes as plain text, which needs no preflight.
#[derive(Deserialize)]
struct Question {
    token: String,
    /// BCP 47 tag of the page or the browser.
    language: String,
}

/// What the page is shown.
#[derive(Serialize)]
struct Shown {
    name: String,
    active: bool,
    design: OfferDesign,
    styling: Styling,
}

/// 403 for a page that is not the site's, 404 for a token that shows nothing there, 410 for one that has expired.
pub(super) async fn show(
    State(live): State<Live>,
    Path(key): Path<String>,
    client: Client,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut response = match shown(&live, &key, &Caller::of(&headers, client), &body).await {
        Ok(Ok(shown)) => Json(shown).into_response(),
        Ok(Err(status)) => status.into_response(),
        Err(error) => {
            tracing::warn!(%error, "a preview could not be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    };
    allow_origin(&mut response, &headers);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn shown(
    live: &Live,
    key: &str,
    caller: &Caller,
    body: &[u8],
) -> StoreResult<Result<Shown, StatusCode>> {
    let Some(site) = live.driver.sites().by_key(key) else { return Ok(Err(StatusCode::NOT_FOUND)) };
    if !site.row.origins.contains(&caller.origin) || is_robot(&caller.user_agent) {
        return Ok(Err(StatusCode::FORBIDDEN));
    }
    let question = Some(body).filter(|body| body.len() <= BODY_LEN_MAX);
    let Some(Question { token, language }) = question.and_then(|body| serde_json::from_slice(body).ok())
    else {
        return Ok(Err(StatusCode::BAD_REQUEST));
    };
    let mut tx = live.driver.store().read().await?;
    let preview = find_offer_preview(&mut tx, &hash_token(&token)).await?;
    let Some(preview) = preview.filter(|preview| preview.site_id == site.row.id) else {
        return Ok(Err(StatusCode::NOT_FOUND));
    };
    if preview.expires_at <= live.driver.clock().now().0 {
        return Ok(Err(StatusCode::GONE));
    }
    let Some(offer) = find_offer(&mut tx, *preview.offer_id).await? else {
        return Ok(Err(StatusCode::NOT_FOUND));
    };
    let styling = site.styling(&language);
    Ok(Ok(Shown { name: offer.name, active: offer.active, design: offer.design.0, styling }))
}
