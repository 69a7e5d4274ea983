//! Owns the routes of presentations: what a visit was offered, and the full record of one: what it was decided on, when, and
//! what came of it.

use axum::Json;
use axum::extract::State;
use beckon_engine::gate::Gate;
use beckon_engine::id::{
    ChatId, OfferId, PresentationId, QueueId, RuleId, SiteId, UserId, VisitId, VisitorId,
};
use beckon_engine::offer::{OfferDesign, Outcome};
use beckon_engine::reason::Reason;
use beckon_engine::visit::RuleExplanation;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::auth::Agent;
use super::decision::DecidedPage;
use super::error::{Answer, Problem};
use super::extract::{Id, Params};
use super::openapi::Refusals;
use super::page::{Page, PageParams};
use crate::driver::notice::Named;
use crate::store::Tx;
use crate::store::chat::find_chat_of_presentation;
use crate::store::decision::{PresentationReasonsRow, find_presentation_reasons};
use crate::store::live_list::ListedVisit;
use crate::store::presentation::{
    AfterPresentation, PresentationRow, find_presentation, list_presentations_after,
};
use crate::store::queue::find_queue;
use crate::store::visit::find_visit;

/// One offer put before the visitor.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Presentation {
    /// Identity.
    id: PresentationId,
    /// The rule that won; none when presented by hand, or by the queue's own timer.
    rule: Option<Named<RuleId>>,
    /// Who presented it by hand (O-13).
    by: Option<Named<UserId>>,
    /// The offer.
    offer: Named<OfferId>,
    /// When it was presented.
    presented_at: i64,
    /// How it ended, if it has.
    outcome: Option<Outcome>,
    /// When it ended.
    outcome_at: Option<i64>,
    /// Why it was withdrawn, if it was.
    outcome_reason: Option<Reason>,
    /// Accepted after it counted as ignored.
    accepted_late_at: Option<i64>,
}

/// A presentation with all that is known of it.
#[derive(Debug, Serialize, ToSchema)]
struct PresentationRecord {
    #[serde(flatten)]
    presentation: Presentation,
    /// The site.
    site_id: SiteId,
    /// The visit.
    visit_id: VisitId,
    /// The visitor.
    visitor_id: VisitorId,
    /// The queue to which an acceptance leads; its name is empty when it is gone.
    queue: Named<QueueId>,
    /// Version of rules, offers and settings that it was made from.
    config_version: i64,
    /// The design as it was presented, whatever was edited later.
    design: OfferDesign,
    /// It counts as ignored from then on (O-7).
    ignored_due: i64,
    /// It counts as passively ignored from then on (O-9).
    passive_due: i64,
    /// The chat that it led to.
    chat_id: Option<ChatId>,
    /// What it was decided on; null when that is kept no longer.
    why: Option<PresentationReasons>,
}

/// What a presentation was decided on, in the moment it was made.
#[derive(Debug, Serialize, ToSchema)]
struct PresentationReasons {
    /// The page the visitor was on.
    page: Option<DecidedPage>,
    /// The queue's gate, with its numbers, before this presentation.
    gate: Gate,
    /// Open offers of a queue never exceed this multiple of its free slots (O-12).
    capacity_factor: i64,
    /// The caps that the person who presented it by hand went over (O-13).
    overrode: Vec<Reason>,
    /// Each rule with what it compared.
    rules: Vec<RuleExplanation>,
    /// Rules that were too many to be kept.
    rules_left_out: i64,
}

/// The routes.
pub(super) fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(find))
}

/// List what a visit was offered, newest first.
#[utoipa::path(get, path = "/api/v1/visits/{id}/presentations", operation_id = "list_presentations", tag = "visits",
    params(("id" = VisitId, Path), PageParams), security(("session" = [])),
    responses((status = 200, description = "One page", body = Page<Presentation>), Refusals))]
async fn list(
    State(api): State<Api>,
    _: Agent,
    Id(id): Id<VisitId>,
    Params(params): Params<PageParams>,
) -> Answer<Json<Page<Presentation>>> {
    let limit = params.limit()?;
    let after = parse_after(params.after()?)?;
    let mut tx = api.store.read().await?;
    find_visit(&mut tx, id).await?.ok_or(Problem::NotFound)?;
    let rows = list_presentations_after(&mut tx, id, after, limit + 1).await?;
    let key = |row: &PresentationRow| [row.presented_at.to_string(), row.id.to_string()];
    Ok(Json(Page::cut(rows, limit, key, Presentation::from)))
}

/// Find a presentation with what it was decided on, its times, and what came of it.
#[utoipa::path(get, path = "/api/v1/presentations/{id}", operation_id = "show_presentation", tag = "visits",
    params(("id" = PresentationId, Path)), security(("session" = [])),
    responses((status = 200, description = "The record", body = PresentationRecord), Refusals))]
async fn find(
    State(api): State<Api>,
    _: Agent,
    Id(id): Id<PresentationId>,
) -> Answer<Json<PresentationRecord>> {
    let mut tx = api.store.read().await?;
    let row = find_presentation(&mut tx, id).await?.ok_or(Problem::NotFound)?;
    Ok(Json(record(&mut tx, row).await?))
}

async fn record(tx: &mut Tx, row: PresentationRow) -> Answer<PresentationRecord> {
    let why = find_presentation_reasons(tx, *row.id).await?;
    let chat = find_chat_of_presentation(tx, *row.visitor_id, *row.id).await?;
    let queue = find_queue(tx, *row.queue_id).await?.map(|queue| queue.name).unwrap_or_default();
    Ok(PresentationRecord {
        site_id: *row.site_id,
        visit_id: *row.visit_id,
        visitor_id: *row.visitor_id,
        queue: Named { id: *row.queue_id, name: queue },
        config_version: row.config_version,
        design: row.design.0.clone(),
        ignored_due: row.ignored_due,
        passive_due: row.passive_due,
        chat_id: chat.map(|chat| *chat.id),
        why: why.map(PresentationReasons::from),
        presentation: row.into(),
    })
}

fn parse_after([presented_at, id]: [String; 2]) -> Answer<Option<AfterPresentation>> {
    if id.is_empty() {
        return Ok(None);
    }
    let foreign = || Problem::field("?after", "is not a cursor of this list");
    let presented_at = presented_at.parse().map_err(|_| foreign())?;
    Ok(Some(AfterPresentation { presented_at, id: id.parse().map_err(|_| foreign())? }))
}

impl Presentation {
    /// The one that is open before the visitor.
    pub(super) fn open_of(visit: &ListedVisit) -> Option<Self> {
        let named = |name: &Option<String>| name.clone().unwrap_or_default();
        Some(Self {
            id: *visit.open_id?,
            rule: visit.open_rule_id.map(|id| Named { id: *id, name: named(&visit.open_rule_name) }),
            by: visit.open_by_id.map(|id| Named { id: *id, name: named(&visit.open_by_name) }),
            offer: Named { id: *visit.open_offer_id?, name: named(&visit.open_offer_name) },
            presented_at: visit.open_presented_at?,
            outcome: None,
            outcome_at: None,
            outcome_reason: None,
            accepted_late_at: None,
        })
    }
}

impl From<PresentationRow> for Presentation {
    fn from(row: PresentationRow) -> Self {
        let by_name = row.by_name.unwrap_or_default();
        Self {
            id: *row.id,
            rule: row.rule_id.map(|id| Named { id: *id, name: row.rule_name }),
            by: row.by_user_id.map(|id| Named { id: *id, name: by_name }),
            offer: Named { id: *row.offer_id, name: row.offer_name },
            presented_at: row.presented_at,
            outcome: row.outcome.map(|outcome| *outcome),
            outcome_at: row.outcome_at,
            outcome_reason: row.outcome_reason.map(|reason| *reason),
            accepted_late_at: row.accepted_late_at,
        }
    }
}

impl From<PresentationReasonsRow> for PresentationReasons {
    fn from(row: PresentationReasonsRow) -> Self {
        Self {
            page: DecidedPage::of(row.page_url, row.page_title),
            gate: row.gate.0,
            capacity_factor: row.capacity_factor,
            overrode: row.overrode.0,
            rules: row.rules.0,
            rules_left_out: row.rules_left_out,
        }
    }
}
