//! Owns the enquiries of a site at `/api/v1/sites/{id}/enquiries` and `/api/v1/enquiries/{id}`: what visitors left instead of
//! a chat, and who dealt with it. Visitors send them over the live connection.

use axum::Json;
use axum::extract::State;
use beckon_engine::id::{ChatId, QueueId, SiteId, UserId, VisitId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::auth::{Agent, SignedIn};
use super::chat::sight_of;
use super::error::{Answer, Problem};
use super::extract::{Body, Id, Params};
use super::openapi::{ChangeRefusals, Refusals};
use super::page::{Page, PageParams};
use super::{Api, site};
use crate::bus::Hint;
use crate::driver::Mails;
use crate::driver::notice::Named;
use crate::store::Tx;
use crate::store::agent::list_services;
use crate::store::chat::Answer as Given;
use crate::store::chat_view::Sight;
use crate::store::enquiry::{
    EnquiryFilter, EnquiryMail, EnquiryRow, EnquiryState, find_enquiry, find_open_enquiry_count,
    list_enquiries, update_enquiry_state,
};

const TEXT_CHARS_MAX: usize = 100;

/// What a visitor left instead of a chat.
#[derive(Debug, Serialize, ToSchema)]
pub struct Enquiry {
    /// Identity.
    pub id: Uuid,
    /// The site.
    pub site_id: SiteId,
    /// The queue it is for.
    pub queue: Named<QueueId>,
    /// The visit it was sent in.
    pub visit_id: VisitId,
    /// The chat that ended for it, if any.
    #[schema(required)]
    pub chat_id: Option<ChatId>,
    /// Best name there is; may be empty.
    pub name: String,
    /// Where to answer; empty when none was given.
    pub email: String,
    /// What was filled in.
    pub answers: Vec<Given>,
    /// The page it was sent from.
    pub page_url: String,
    /// Whether somebody dealt with it.
    pub state: EnquiryState,
    /// Who did.
    #[schema(required)]
    pub handled_by: Option<Named<UserId>>,
    /// When, milliseconds since 1970.
    #[schema(required)]
    pub handled_at: Option<i64>,
    /// When it was sent, milliseconds since 1970.
    pub created_at: i64,
    /// What became of its mails to the addresses of the queue.
    pub mail: EnquiryMail,
}

/// What to change of an enquiry.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnquiryPatch {
    /// Whether somebody dealt with it; the caller, that is.
    pub state: EnquiryState,
}

/// How many enquiries wait for somebody.
#[derive(Debug, Serialize, ToSchema)]
pub struct EnquiryCount {
    /// Those that are open and the caller may see.
    pub open: i64,
}

/// Which enquiries to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// Only those in this state.
    #[param(inline)]
    state: Option<EnquiryState>,
    /// Only those of this queue.
    queue: Option<QueueId>,
    /// Only those with this text in name, e-mail or answers; at most 100 characters.
    #[serde(default)]
    q: String,
    /// Most items on the page, 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// The `next` of the page before; absent for the first page.
    after: Option<String>,
}

/// The routes of this resource.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(count)).routes(routes!(show, change))
}

/// The enquiries of a site, newest first: supervisors all, agents those of the queues they serve.
#[utoipa::path(
    get,
    path = "/api/v1/sites/{id}/enquiries",
    operation_id = "list_enquiries",
    tag = "enquiries",
    params(("id" = SiteId, Path), ListParams),
    responses((status = 200, description = "One page", body = Page<Enquiry>), Refusals),
    security(("session" = []))
)]
async fn list(
    State(api): State<Api>,
    Agent(me): Agent,
    Id(site): Id<SiteId>,
    Params(params): Params<ListParams>,
) -> Answer<Json<Page<Enquiry>>> {
    let page = PageParams::new(params.limit, params.after);
    let limit = page.limit()?;
    let after = parse_after(page.after()?)?;
    if params.q.chars().count() > TEXT_CHARS_MAX || params.q.contains('\0') {
        return Err(Problem::field("?q", "is not a text of at most 100 characters"));
    }
    let (queue, state) = (params.queue, params.state);
    let filter = EnquiryFilter { sight: sight_of(&me), site, queue, state, text: params.q };
    let mut tx = api.store.read().await?;
    site::find(&mut tx, site).await?;
    let rows = list_enquiries(&mut tx, &filter, after, limit + 1).await?;
    let key = |row: &EnquiryRow| [row.created_at.to_string(), row.id.0.to_string()];
    let mails = api.driver.mails();
    Ok(Json(Page::cut(rows, limit, key, |row| Enquiry::of(row, mails))))
}

/// How many enquiries nobody has dealt with, on all sites: supervisors all, agents those of the queues they serve.
#[utoipa::path(
    get,
    path = "/api/v1/enquiries/count",
    operation_id = "count_enquiries",
    tag = "enquiries",
    responses((status = 200, description = "How many", body = EnquiryCount), Refusals),
    security(("session" = []))
)]
async fn count(State(api): State<Api>, Agent(me): Agent) -> Answer<Json<EnquiryCount>> {
    let mut tx = api.store.read().await?;
    let open = find_open_enquiry_count(&mut tx, sight_of(&me)).await?;
    Ok(Json(EnquiryCount { open }))
}

/// One enquiry.
#[utoipa::path(
    get,
    path = "/api/v1/enquiries/{id}",
    operation_id = "show_enquiry",
    tag = "enquiries",
    params(("id" = Uuid, Path)),
    responses((status = 200, description = "The enquiry", body = Enquiry), Refusals),
    security(("session" = []))
)]
async fn show(State(api): State<Api>, Agent(me): Agent, Id(id): Id<Uuid>) -> Answer<Json<Enquiry>> {
    let mut tx = api.store.read().await?;
    let row = find(&mut tx, &me, id).await?;
    Ok(Json(Enquiry::of(row, api.driver.mails())))
}

/// Say that an enquiry was dealt with, or that it was not after all.
#[utoipa::path(
    patch,
    path = "/api/v1/enquiries/{id}",
    operation_id = "change_enquiry",
    tag = "enquiries",
    params(("id" = Uuid, Path)),
    request_body = EnquiryPatch,
    responses((status = 200, description = "The enquiry", body = Enquiry), ChangeRefusals),
    security(("session" = []))
)]
async fn change(
    State(api): State<Api>,
    Agent(me): Agent,
    Id(id): Id<Uuid>,
    Body(patch): Body<EnquiryPatch>,
) -> Answer<Json<Enquiry>> {
    let mut tx = api.store.write().await?;
    let before = find(&mut tx, &me, id).await?;
    update_enquiry_state(&mut tx, id, patch.state, me.user.id.0, api.clock.now()).await?;
    let row = find(&mut tx, &me, id).await?;
    api.driver.commit_and_tell(tx, [Hint::EnquiryChanged { site: before.site_id.0 }]).await?;
    Ok(Json(Enquiry::of(row, api.driver.mails())))
}

/// What may not be seen is not there.
async fn find(tx: &mut Tx, me: &SignedIn, id: Uuid) -> Answer<EnquiryRow> {
    let row = find_enquiry(tx, id).await?.ok_or(Problem::NotFound)?;
    let may_see = match sight_of(me) {
        Sight::All => true,
        Sight::Of(agent) => list_services(tx)
            .await?
            .iter()
            .any(|service| *service.user_id == agent && *service.queue_id == *row.queue_id),
    };
    if may_see { Ok(row) } else { Err(Problem::NotFound) }
}

fn parse_after([created_at, id]: [String; 2]) -> Answer<Option<(i64, String)>> {
    if id.is_empty() {
        return Ok(None);
    }
    let created_at =
        created_at.parse().map_err(|_| Problem::field("?after", "is not a cursor of this list"))?;
    Ok(Some((created_at, id)))
}

impl Enquiry {
    fn of(row: EnquiryRow, mails: Mails) -> Self {
        let mail = row.mail.map_or(EnquiryMail::None, |mail| *mail);
        Self {
            id: row.id.0,
            site_id: row.site_id.0,
            queue: Named { id: row.queue_id.0, name: row.queue_name },
            visit_id: row.visit_id.0,
            chat_id: row.chat_id.map(|chat| chat.0),
            name: row.name,
            email: row.email,
            answers: row.answers.0,
            page_url: row.page_url,
            state: row.state.0,
            handled_by: row
                .handled_by
                .map(|by| Named { id: by.0, name: row.handler_name.unwrap_or_default() }),
            handled_at: row.handled_at,
            created_at: row.created_at,
            mail: match mails {
                Mails::Leave => mail,
                // What left while there was a mail server has left.
                Mails::Wait if mail == EnquiryMail::Sent => mail,
                Mails::Wait => EnquiryMail::None,
            },
        }
    }
}
