//! Owns the routes of visits: who is on the site, and what a visit saw and was offered.

use std::collections::{BTreeMap, HashMap};

use axum::Json;
use axum::extract::State;
use beckon_engine::condition::DeviceClass;
use beckon_engine::id::{ChatId, CustomerId, SiteId, VisitId, VisitorId};
use beckon_engine::offer::Outcome;
use beckon_engine::time::UnixMs;
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
use crate::store::customer::link::Link;
use crate::store::live_list::{ListedVisit, find_listed_visit, list_live_visits, list_recent_visits};
use crate::store::page_view::{PageViewRow, list_page_views};
use crate::store::presentation::list_presentations;
use crate::store::visit::{HEARD_FLUSH_MS, VisitRow};

/// Live visits in one answer.
const LIVE_MAX: usize = 10_000;
/// So many open visits are looked at at a time, until there are enough whose visitor is on the site.
const LOOKED_AT_ONCE: usize = 2_000;
/// Nobody is here who was silent for longer: twice the longest Poll Interval (T-7).
const AWAY_MS_MAX: i64 = 600_000;
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
    /// Who the visitor is, if there is a record of them.
    customer: Option<VisitCustomer>,
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
    /// UTM parameters of the first page: `source`, `medium`, `campaign`, `term`, `content`, as far as there are any.
    utm: BTreeMap<String, String>,
    /// The visitor's how-manieth visit.
    visit_number: i64,
    /// The page the visitor is on.
    page: Option<PageOnScreen>,
    /// How many pages were viewed.
    page_views: i64,
    /// How many offers were presented in this visit.
    offers: i64,
    /// How the last of them ended; none while it is open, and where there was none.
    last_outcome: Option<Outcome>,
    /// It was accepted after it counted as ignored (O-7).
    last_accepted_late: bool,
    /// The visitor's open chat.
    chat_id: Option<ChatId>,
    /// The presentation that is open.
    offer_state: Option<Presentation>,
}

/// The record of a visitor.
#[derive(Debug, Serialize, ToSchema)]
struct VisitCustomer {
    /// Identity.
    id: CustomerId,
    /// Their name, else their e-mail address, else the site's own reference.
    name: String,
    /// What says that it is them.
    proof: Link,
}

/// Who is on the site.
#[derive(Debug, Serialize, ToSchema)]
struct LiveVisits {
    /// The visits; there is one page of them.
    #[serde(flatten)]
    page: Page<Visit>,
    /// There are more visits than the list holds.
    cut: bool,
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
    /// What became of the form of the page; none when no form was entered.
    form: Option<FormActivity>,
}

/// What became of the form of a page. What was put in is never known.
#[derive(Debug, Serialize, ToSchema)]
struct FormActivity {
    /// When it was first entered.
    entered_at: i64,
    /// When something was last put in.
    last_input_at: Option<i64>,
    /// When it was last submitted.
    submitted_at: Option<i64>,
    /// Time from entering to submitting; while not submitted, until now or until the page was left. Seconds.
    seconds: i64,
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

/// List who is on the site now, newest visit first; at most 10 000.
#[utoipa::path(get, path = "/api/v1/visits", operation_id = "list_visits", tag = "visits", params(ListParams), security(("session" = [])),
    responses((status = 200, description = "The visits", body = LiveVisits), Refusals))]
async fn list(
    State(api): State<Api>,
    _: Agent,
    Params(params): Params<ListParams>,
) -> Answer<Json<LiveVisits>> {
    let mut held: HashMap<VisitId, LiveVisit> =
        api.driver.live_visits(params.site).await.into_iter().map(|live| (live.visit, live)).collect();
    let since = UnixMs(api.clock.now().0 - AWAY_MS_MAX - HEARD_FLUSH_MS);
    let mut tx = api.store.read().await?;
    let (mut items, mut last) = (Vec::new(), None);
    loop {
        let rows = list_live_visits(&mut tx, params.site, since, last, LOOKED_AT_ONCE as i64).await?;
        let more = rows.len() == LOOKED_AT_ONCE;
        last = rows.last().map(|row| *row.visit.id);
        let visits = rows.into_iter().map(|row| {
            let live = held.remove(&*row.visit.id);
            shown(&api, row, live)
        });
        items.extend(visits.filter(|visit| visit.live));
        if !more || items.len() > LIVE_MAX {
            let cut = items.len() > LIVE_MAX;
            items.truncate(LIVE_MAX);
            return Ok(Json(LiveVisits { page: Page { items, next: None }, cut }));
        }
    }
}

/// List the latest visits of a site, whether they have ended or not, newest first; at most 50.
#[utoipa::path(get, path = "/api/v1/sites/{id}/visits", operation_id = "list_recent_visits", tag = "visits",
    params(("id" = SiteId, Path)), security(("session" = [])),
    responses((status = 200, description = "The visits", body = Page<Visit>), Refusals))]
async fn list_recent(State(api): State<Api>, _: Agent, Id(site): Id<SiteId>) -> Answer<Json<Page<Visit>>> {
    let mut tx = api.store.read().await?;
    let rows = list_recent_visits(&mut tx, site, RECENT_MAX).await?;
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let live = api.driver.live_visit(*row.visit.visitor_id).await;
        let held = live.filter(|live| live.visit == *row.visit.id);
        items.push(shown(&api, row, held));
    }
    Ok(Json(Page { items, next: None }))
}

/// Find a visit, with its pages and presentations.
#[utoipa::path(get, path = "/api/v1/visits/{id}", operation_id = "show_visit", tag = "visits", params(("id" = VisitId, Path)),
    security(("session" = [])), responses((status = 200, description = "The visit", body = VisitDetail), Refusals))]
async fn find(State(api): State<Api>, _: Agent, Id(id): Id<VisitId>) -> Answer<Json<VisitDetail>> {
    let mut tx = api.store.read().await?;
    let row = find_listed_visit(&mut tx, id).await?.ok_or(Problem::NotFound)?;
    let held = api.driver.live_visit(*row.visit.visitor_id).await.filter(|live| live.visit == id);
    let now = api.clock.now();
    let pages = list_page_views(&mut tx, id, PAGES_MAX).await?;
    let pages = pages.into_iter().map(|page| PageView::of(page, &row.visit, now)).collect();
    let presentations = list_presentations(&mut tx, id, PRESENTATIONS_MAX)
        .await?
        .into_iter()
        .map(Presentation::from)
        .collect();
    Ok(Json(VisitDetail { visit: shown(&api, row, held), pages, presentations }))
}

fn shown(api: &Api, row: ListedVisit, held: Option<LiveVisit>) -> Visit {
    let here = api.driver.is_on_site(&row.visit, held.as_ref(), api.clock.now());
    let offer_state = Presentation::open_of(&row);
    let stored = PageOnScreen::last_of(&row);
    let customer = VisitCustomer::of(&row);
    let visit = row.visit;
    Visit {
        id: *visit.id,
        site_id: *visit.site_id,
        visitor_id: *visit.visitor_id,
        customer,
        started_at: visit.started_at,
        last_contact_at: visit.heard_at,
        live: here,
        ended_at: visit.ended_at,
        referrer: visit.facts.referrer,
        language: visit.facts.language,
        time_zone: visit.facts.time_zone,
        device: *visit.facts.device,
        browser: visit.facts.browser,
        utm: visit.facts.utm.0,
        visit_number: visit.visit_number,
        page: if here { held.map_or(stored, |live| live.page) } else { None },
        page_views: row.page_views,
        offers: row.presentations,
        last_outcome: row.last_outcome.map(|outcome| *outcome),
        last_accepted_late: row.last_accepted_late_at.is_some(),
        chat_id: row.chat_id.map(|chat| *chat),
        offer_state,
    }
}

impl VisitCustomer {
    fn of(row: &ListedVisit) -> Option<Self> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let name = format!("{} {}", text(&row.customer_first_name), text(&row.customer_last_name));
        let names = [name.trim().to_owned(), text(&row.customer_email), text(&row.customer_ref)];
        let name = names.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
        Some(Self { id: row.customer_id.map(|id| *id)?, name, proof: row.customer_link.map(|link| *link)? })
    }
}

impl PageView {
    fn of(row: PageViewRow, visit: &VisitRow, now: UnixMs) -> Self {
        let left_at = row.left_at(visit.heard_at, visit.ended_at);
        let form = row.form_entered_at.map(|entered_at| {
            let until = row.form_submitted_at.or(left_at).unwrap_or(now.0);
            FormActivity {
                entered_at,
                last_input_at: row.form_input_at,
                submitted_at: row.form_submitted_at,
                seconds: (until - entered_at).max(0) / 1000,
            }
        });
        let PageViewRow { url, title, entered_at, visible_s, .. } = row;
        Self { url, title, entered_at, left_at, visible_s, form }
    }
}
