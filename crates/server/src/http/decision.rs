//! Owns the routes of decisions: why a visitor is offered something or nothing, now and lately.

use axum::Json;
use axum::extract::State;
use beckon_engine::id::{PresentationId, RuleId, VisitId};
use beckon_engine::reason::Reason;
use beckon_engine::visit::{Explanation, RuleExplanation};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::auth::Agent;
use super::error::{Answer, Problem};
use super::extract::Id;
use super::openapi::Refusals;
use super::page::Page;
use crate::store::decision::{DecisionRow, list_decisions};
use crate::store::visit::find_visit;

/// One decision of a visit.
#[derive(Debug, Serialize, ToSchema)]
struct Decision {
    /// When it was made.
    at: i64,
    /// The page the visitor was on.
    page: Option<DecidedPage>,
    /// Version of rules, offers and settings that it was made from.
    config_version: i64,
    /// Why nothing was presented; null when an offer was, or an agent was alerted.
    #[schema(required)]
    reason: Option<Reason>,
    /// What was presented.
    presentation_id: Option<PresentationId>,
    /// The rule that won; none by hand, and for a queue's own timer.
    rule_id: Option<RuleId>,
    /// Each rule with what it compared.
    rules: Vec<RuleExplanation>,
    /// Rules that were too many to be kept.
    rules_left_out: i64,
}

/// A page as it is kept with a decision.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DecidedPage {
    /// Address as it may be stored (T-10).
    url: String,
    /// Title of the document.
    title: String,
}

/// The routes.
pub(super) fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(explain)).routes(routes!(list))
}

/// Explain what is decided for a visitor who is on the site now: every rule and condition, and the reason.
#[utoipa::path(get, path = "/api/v1/visits/{id}/decision", tag = "visits", params(("id" = VisitId, Path)),
    security(("session" = [])), responses((status = 200, description = "The decision", body = Explanation), Refusals))]
async fn explain(State(api): State<Api>, _: Agent, Id(id): Id<VisitId>) -> Answer<Json<Explanation>> {
    let mut tx = api.store.read().await?;
    let row = find_visit(&mut tx, id).await?.ok_or(Problem::NotFound)?;
    drop(tx);
    api.driver.explain_visit(&row).await?.map(Json).ok_or(Problem::NotFound)
}

/// List the latest decisions of a visit, newest first; each is another one than the one before it.
#[utoipa::path(get, path = "/api/v1/visits/{id}/decisions", operation_id = "list_decisions", tag = "visits",
    params(("id" = VisitId, Path)), security(("session" = [])),
    responses((status = 200, description = "At most 20 decisions", body = Page<Decision>), Refusals))]
async fn list(State(api): State<Api>, _: Agent, Id(id): Id<VisitId>) -> Answer<Json<Page<Decision>>> {
    let mut tx = api.store.read().await?;
    let visit = find_visit(&mut tx, id).await?.ok_or(Problem::NotFound)?;
    let rows = list_decisions(&mut tx, *visit.site_id, id).await?;
    Ok(Json(Page { items: rows.into_iter().map(Decision::from).collect(), next: None }))
}

impl DecidedPage {
    /// None when no page was open.
    pub(super) fn of(url: String, title: String) -> Option<Self> {
        (!url.is_empty() || !title.is_empty()).then_some(Self { url, title })
    }
}

impl From<DecisionRow> for Decision {
    fn from(row: DecisionRow) -> Self {
        Self {
            at: row.decided_at,
            page: DecidedPage::of(row.page_url, row.page_title),
            config_version: row.config_version,
            reason: row.reason.map(|reason| *reason),
            presentation_id: row.presentation_id.map(|id| *id),
            rule_id: row.rule_id.map(|id| *id),
            rules: row.rules.0,
            rules_left_out: row.rules_left_out,
        }
    }
}
