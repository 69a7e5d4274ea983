//! Owns the routes of visits: who is on the site, and what a visit saw and was offered.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use beckon_engine::condition::DeviceClass;
use beckon_engine::id::{ChatId, SiteId, VisitId, VisitorId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::auth::Agent;
use super::error::{Answer, Problem};
use super::extract::{Id, Params};
use super::openapi::Refusals;
use super::page::Page;
use super::presentation::Presentation;
use crate::driver::command::LiveVisit;
use crate::driver::notice::PageOnScreen;
use crate::store::Tx;
use crate::store::chat::find_open_chat;
use crate::store::page_view::{PageViewRow, list_page_views};
use crate::store::presentation::list_presentations;
use crate::store::visit::{VisitRow, count_page_views, find_visit, list_latest_visits};

/// Live visits in one answer.
const LIVE_MAX: usize = 1_000;
/// Latest visits in one answer.
const RECENT_MAX: i64 = 50;
/// Page views and presentations in the answer about one visit.
const PAGES_MAX: i64 = 500;
const PRESENTATIONS_MAX: i64 = 100;

/// One session of a visitor.
#[derive(Debug, Serialize, ToSchema)]
struct Visit {
    /// Identity.
    id: VisitId,
    /// The site.
    site_id: SiteId,
    /// The visitor.
    visitor_id: VisitorId,
    /// First contact.
    started_at: i64,
    /// Last contact, up to 30 s old while live.
    last_contact_at: i64,
    /// Heard from within 2 × Poll Interval (T-7).
    live: bool,
    /// When it ended, if it has.
    ended_at: Option<i64>,
    /// Where the visitor came from; empty when unknown.
    referrer: String,
    /// Language of the browser.
    language: String,
    /// Time zone of the browser.
    time_zone: String,
    /// Class of device.
    device: DeviceClass,
    /// Name of the browser.
    browser: String,
    /// The visitor's how-manieth visit.
    visit_number: i64,
    /// The page the visitor is on.
    page: Option<PageOnScreen>,
    /// How many pages were viewed.
    page_views: i64,
    /// The visitor's open chat.
    chat_id: Option<ChatId>,
    /// The presentation that is open.
    offer_state: Option<Presentation>,
}

/// A visit with what it saw and was offered.
#[derive(Debug, Serialize, ToSchema)]
struct VisitDetail {
    #[serde(flatten)]
    visit: Visit,
    /// The latest page views, oldest first.
    pages: Vec<PageView>,
    /// The latest presentations, newest first.
    presentations: Vec<Presentation>,
}

/// One page view.
#[derive(Debug, Serialize, ToSchema)]
struct PageView {
    /// Address as it may be stored (T-10).
    url: String,
    /// Title of the document.
    title: String,
    /// When it began.
    entered_at: i64,
    /// When it was left, if it was.
    left_at: Option<i64>,
    /// Seconds in the foreground.
    visible_s: i64,
}

/// Which visits to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// Only of this site.
    site: Option<SiteId>,
}

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(list_recent)).routes(routes!(find))
}

/// List who is on the site now, newest visit first; at most 1 000.
#[utoipa::path(get, path = "/api/v1/visits", operation_id = "list_visits", tag = "visits", params(ListParams), security(("session" = [])),
    responses((status = 200, description = "The visits", body = Page<Visit>), Refusals))]
async fn list(
    State(api): State<Api>,
    _: Agent,
    Params(params): Params<ListParams>,
) -> Answer<Json<Page<Visit>>> {
    let mut here: BTreeMap<VisitId, LiveVisit> = api
        .driver
        .live_visits(params.site)
        .await
        .into_iter()
        .filter(|live| live.here)
        .map(|live| (live.visit, live))
        .collect();
    // Ids are UUIDv7: their order is that of time.
    while here.len() > LIVE_MAX {
        here.pop_first();
    }
    let mut tx = api.store.read().await?;
    let mut items = Vec::with_capacity(here.len());
    for (id, live) in here.into_iter().rev() {
        if let Some(row) = find_visit(&mut tx, id).await? {
            items.push(shown(&mut tx, row, Some(live)).await?);
        }
    }
    Ok(Json(Page { items, next: None }))
}

/// List the latest visits of a site, whether they have ended or not, newest first; at most 50.
#[utoipa::path(get, path = "/api/v1/sites/{id}/visits", operation_id = "list_recent_visits", tag = "visits",
    params(("id" = SiteId, Path)), security(("session" = [])),
    responses((status = 200, description = "The visits", body = Page<Visit>), Refusals))]
async fn list_recent(State(api): State<Api>, _: Agent, Id(site): Id<SiteId>) -> Answer<Json<Page<Visit>>> {
    let mut tx = api.store.read().await?;
    let rows = list_latest_visits(&mut tx, site, RECENT_MAX).await?;
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let live = api.driver.live_visit(*row.visitor_id).await;
        let live = live.filter(|live| live.visit == *row.id && live.here);
        items.push(shown(&mut tx, row, live).await?);
    }
    Ok(Json(Page { items, next: None }))
}

/// Find a visit, with its pages and presentations.
#[utoipa::path(get, path = "/api/v1/visits/{id}", operation_id = "show_visit", tag = "visits", params(("id" = VisitId, Path)),
    security(("session" = [])), responses((status = 200, description = "The visit", body = VisitDetail), Refusals))]
async fn find(State(api): State<Api>, _: Agent, Id(id): Id<VisitId>) -> Answer<Json<VisitDetail>> {
    let mut tx = api.store.read().await?;
    let row = find_visit(&mut tx, id).await?.ok_or(Problem::NotFound)?;
    let live = api.driver.live_visit(*row.visitor_id).await.filter(|live| live.visit == id && live.here);
    let pages = list_page_views(&mut tx, id, PAGES_MAX).await?.into_iter().map(PageView::from).collect();
    let presentations = list_presentations(&mut tx, id, PRESENTATIONS_MAX)
        .await?
        .into_iter()
        .map(Presentation::from)
        .collect();
    let visit = shown(&mut tx, row, live).await?;
    Ok(Json(VisitDetail { visit, pages, presentations }))
}

async fn shown(tx: &mut Tx, row: VisitRow, live: Option<LiveVisit>) -> Answer<Visit> {
    let open = list_presentations(tx, *row.id, 1).await?.into_iter().find(|latest| latest.outcome.is_none());
    let chat = find_open_chat(tx, *row.visitor_id).await?;
    Ok(Visit {
        id: *row.id,
        site_id: *row.site_id,
        visitor_id: *row.visitor_id,
        started_at: row.started_at,
        last_contact_at: row.heard_at,
        live: live.is_some(),
        ended_at: row.ended_at,
        referrer: row.facts.referrer,
        language: row.facts.language,
        time_zone: row.facts.time_zone,
        device: *row.facts.device,
        browser: row.facts.browser,
        visit_number: row.visit_number,
        page: live.and_then(|live| live.page),
        page_views: count_page_views(tx, *row.id).await?,
        chat_id: chat.map(|chat| *chat.id),
        offer_state: open.map(Presentation::from),
    })
}

impl From<PageViewRow> for PageView {
    fn from(row: PageViewRow) -> Self {
        let PageViewRow { url, title, entered_at, left_at, visible_s } = row;
        Self { url, title, entered_at, left_at, visible_s }
    }
}
