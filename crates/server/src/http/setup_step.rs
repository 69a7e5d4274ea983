//! Owns how far a site is set up, at `/api/v1/sites/{id}/setup-steps`: what an administrator has done, and what was seen of it
//!

use axum::Json;
use axum::extract::State;
use beckon_engine::id::SiteId;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::auth::Admin;
use super::error::Answer;
use super::extract::Id;
use super::openapi::Refusals;
use super::site;
use crate::store::setup_step::{SnippetSeen, find_setup_state, list_snippets_seen};

/// How far a site is set up.
#[derive(Debug, Serialize, ToSchema)]
struct SetupSteps {
    /// The site has an origin.
    has_origin: bool,
    /// Where its snippet was last seen; null when it was on none of its origins.
    #[schema(required)]
    snippet: Option<SnippetOn>,
    /// Where it was last seen without being allowed there; null when that was nowhere, or that origin is allowed now.
    #[schema(required)]
    snippet_refused: Option<SnippetOn>,
    /// A queue was saved since it was made.
    queue_saved: bool,
    /// Someone who serves a queue of the site is ready now.
    agent_ready: bool,
    /// A rule is enabled.
    rule_enabled: bool,
    /// A chat was answered.
    chat_answered: bool,
}

/// Where a snippet was seen.
#[derive(Debug, Serialize, ToSchema)]
struct SnippetOn {
    /// Origin of the page.
    origin: String,
    /// When, to the minute, milliseconds since 1970.
    at: i64,
}

/// The route.
pub(super) fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(show))
}

/// How far a site is set up, as it is seen to work. For administrators.
#[utoipa::path(get, path = "/api/v1/sites/{id}/setup-steps", operation_id = "show_setup_steps", tag = "sites",
    params(("id" = SiteId, Path)), security(("session" = [])),
    responses((status = 200, description = "The steps", body = SetupSteps), Refusals))]
async fn show(State(api): State<Api>, _: Admin, Id(id): Id<SiteId>) -> Answer<Json<SetupSteps>> {
    let mut tx = api.store.read().await?;
    let site = site::find(&mut tx, id).await?;
    let seen = list_snippets_seen(&mut tx, id).await?;
    let state = find_setup_state(&mut tx, id, api.clock.now()).await?;
    let (own, foreign): (Vec<_>, Vec<_>) =
        seen.into_iter().partition(|seen| site.origins.contains(&seen.origin));
    Ok(Json(SetupSteps {
        has_origin: !site.origins.is_empty(),
        snippet: own.into_iter().next().map(SnippetOn::from),
        snippet_refused: foreign.into_iter().find(|seen| !seen.allowed).map(SnippetOn::from),
        queue_saved: state.queue_saved,
        agent_ready: state.agent_ready,
        rule_enabled: state.rule_enabled,
        chat_answered: state.chat_answered,
    }))
}

impl From<SnippetSeen> for SnippetOn {
    fn from(seen: SnippetSeen) -> Self {
        Self { origin: seen.origin, at: seen.seen_at }
    }
}
