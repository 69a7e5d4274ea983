//! Owns what is known of one person: identity, record, attributes, visits and chats; and linking a visitor by hand (C-3).

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use beckon_engine::attribute::Attribute;
use beckon_engine::id::{ChatId, CustomerId, UserId, VisitId, VisitorId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::super::Api;
use super::super::auth::{Agent, SignedIn};
use super::super::error::{Answer, Problem};
use super::super::extract::{Body, Id};
use super::super::openapi::{ChangeRefusals, Refusals};
use super::{Customer, find, find_present};
use crate::bus::Hint;
use crate::driver::notice::Named;
use crate::driver::view::attributes_of;
use crate::store::agent::{Service, list_services};
use crate::store::chat::{ChatMode, ChatState, find_open_chat};
use crate::store::customer::find_customer;
use crate::store::customer::link::{
    ChatOfRow, Link, VisitOfRow, find_known, list_chats_by, list_chats_of, list_visits_by, list_visits_of,
    update_link,
};
use crate::store::customer::merge::{MergeRow, list_merges};
use crate::store::identity::{IdentityRow, Proof, find_visit_proof};
use crate::store::user::Role;
use crate::store::visit::find_latest_visit;
use crate::store::visitor::find_visitor;

/// Visits and chats in one answer.
const PAST_MAX: i64 = 50;

/// Who the page said a visitor is.
#[derive(Debug, Serialize, ToSchema)]
struct SaidIdentity {
    /// The site's own reference.
    customer_ref: String,
    /// Whether a signed identity ever said it.
    proof: Proof,
    /// Whether it was said in the latest visit, and how.
    #[schema(required)]
    this_visit: Option<Proof>,
    /// Name, if it was said.
    #[schema(required)]
    name: Option<String>,
    /// E-mail address, if it was said.
    #[schema(required)]
    email: Option<String>,
}

/// A visit of a person.
#[derive(Debug, Serialize, ToSchema)]
struct PastVisit {
    /// Identity.
    id: VisitId,
    /// First contact.
    started_at: i64,
    /// Last contact.
    last_contact_at: i64,
    /// Whether it has ended.
    ended: bool,
    /// Name of the browser.
    browser: String,
    /// Pages viewed.
    pages: i64,
    /// What was said of the visitor during it.
    #[schema(required)]
    proof: Option<Proof>,
}

/// A chat of a person.
#[derive(Debug, Serialize, ToSchema)]
struct PastChat {
    /// Identity.
    id: ChatId,
    /// Name of the queue.
    queue: String,
    /// How it came about.
    mode: ChatMode,
    /// Where it stands.
    state: ChatState,
    /// Who has or had it.
    #[schema(required)]
    agent: Option<Named<UserId>>,
    /// When it was asked for.
    requested_at: i64,
    /// When it ended.
    #[schema(required)]
    ended_at: Option<i64>,
    /// What was said of the visitor during its visit.
    #[schema(required)]
    proof: Option<Proof>,
    /// Whether the caller may read it.
    readable: bool,
}

/// Who a visitor is.
#[derive(Debug, Serialize, ToSchema)]
struct Person {
    /// What the page said.
    #[schema(required)]
    identity: Option<SaidIdentity>,
    /// The record.
    #[schema(required)]
    customer: Option<Customer>,
    /// How the visitor came to the record.
    #[schema(required)]
    link: Option<Link>,
    /// Attributes of the latest visit, signed and unsigned.
    attributes: Vec<Attribute>,
    /// The latest 50 visits of the person, newest first.
    visits: Vec<PastVisit>,
    /// The latest 50 chats of the person, newest first.
    chats: Vec<PastChat>,
}

/// A merge that can be taken back.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CustomerMerge {
    /// Identity.
    pub(super) id: Uuid,
    /// The record that went into this one.
    pub(super) gone: Customer,
    /// When.
    pub(super) merged_at: i64,
}

/// What is known of a customer beside the record.
#[derive(Debug, Serialize, ToSchema)]
struct CustomerHistory {
    /// The latest 50 visits, newest first.
    visits: Vec<PastVisit>,
    /// The latest 50 chats, newest first.
    chats: Vec<PastChat>,
    /// Merges that can be taken back, newest first.
    merges: Vec<CustomerMerge>,
}

/// The record to link a visitor to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LinkTo {
    /// The record; null takes the link away.
    #[schema(required)]
    customer_id: Option<CustomerId>,
}

pub(super) fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(history)).routes(routes!(person)).routes(routes!(link))
}

/// Visits, chats and merges of a customer.
#[utoipa::path(get, path = "/api/v1/customers/{id}/history", operation_id = "show_customer_history", tag = "customers",
    params(("id" = CustomerId, Path)), security(("session" = [])),
    responses((status = 200, description = "What there is", body = CustomerHistory), Refusals))]
async fn history(
    State(api): State<Api>,
    Agent(me): Agent,
    Id(id): Id<CustomerId>,
) -> Answer<Json<CustomerHistory>> {
    let mut tx = api.store.read().await?;
    find(&mut tx, id).await?;
    let visits = list_visits_of(&mut tx, id, PAST_MAX).await?.into_iter().map(PastVisit::from).collect();
    let services = list_services(&mut tx).await?;
    let chats = list_chats_of(&mut tx, id, PAST_MAX).await?;
    let chats = chats.into_iter().map(|row| chat(&me, &services, row)).collect();
    let mut merges = Vec::new();
    for MergeRow { id, gone_id, merged_at, .. } in list_merges(&mut tx, id).await? {
        let gone = find_customer(&mut tx, *gone_id).await?;
        merges.extend(gone.map(|gone| CustomerMerge { id: *id, gone: gone.into(), merged_at }));
    }
    Ok(Json(CustomerHistory { visits, chats, merges }))
}

/// Who a visitor is, as far as it is known, with earlier visits and chats of the same person.
#[utoipa::path(get, path = "/api/v1/visitors/{id}/person", operation_id = "show_person", tag = "customers",
    params(("id" = VisitorId, Path)), security(("session" = [])),
    responses((status = 200, description = "What is known", body = Person), Refusals))]
async fn person(State(api): State<Api>, Agent(me): Agent, Id(id): Id<VisitorId>) -> Answer<Json<Person>> {
    let mut tx = api.store.read().await?;
    let visitor = find_visitor(&mut tx, id).await?.ok_or(Problem::NotFound)?;
    let known = find_known(&mut tx, *visitor.site_id, id).await?;
    let latest = find_latest_visit(&mut tx, id).await?;
    let this_visit = match &latest {
        Some((visit, _)) => find_visit_proof(&mut tx, *visit).await?,
        None => None,
    };
    // What a mere claim points at is shown, but its past is that of somebody else until it is proven.
    let trusted = known.customer.as_ref().filter(|(_, link)| *link != Link::Claimed);
    let (visits, chats) = match trusted {
        Some((row, _)) => {
            let visits = list_visits_of(&mut tx, *row.id, PAST_MAX).await?;
            (visits, list_chats_of(&mut tx, *row.id, PAST_MAX).await?)
        }
        None => (list_visits_by(&mut tx, id, PAST_MAX).await?, list_chats_by(&mut tx, id, PAST_MAX).await?),
    };
    let link = known.customer.as_ref().map(|(_, link)| *link);
    let services = list_services(&mut tx).await?;
    Ok(Json(Person {
        identity: known.identity.map(|row| said(row, this_visit)),
        customer: known.customer.map(|(row, _)| row.into()),
        link,
        attributes: latest.map(|(_, state)| attributes_of(&state)).unwrap_or_default(),
        visits: visits.into_iter().map(PastVisit::from).collect(),
        chats: chats.into_iter().map(|row| chat(&me, &services, row)).collect(),
    }))
}

/// Link a visitor to a customer by hand, or take the link away. A signed identity counts more.
#[utoipa::path(put, path = "/api/v1/visitors/{id}/customer", operation_id = "link_visitor", tag = "customers",
    params(("id" = VisitorId, Path)), request_body = LinkTo, security(("session" = [])),
    responses((status = 204, description = "Done"), ChangeRefusals))]
async fn link(
    State(api): State<Api>,
    _: Agent,
    Id(id): Id<VisitorId>,
    Body(LinkTo { customer_id }): Body<LinkTo>,
) -> Answer<StatusCode> {
    let mut tx = api.store.write().await?;
    let visitor = find_visitor(&mut tx, id).await?.ok_or(Problem::NotFound)?;
    let known = find_known(&mut tx, *visitor.site_id, id).await?;
    if known.identity.is_some_and(|said| *said.identity == Proof::Signed) {
        return Err(Problem::InUse("The visitor is known by a signed identity.".to_owned()));
    }
    if let Some(customer) = customer_id {
        let row = find_present(&mut tx, customer).await?;
        if row.site_id != visitor.site_id {
            return Err(Problem::field("/customer_id", "is a customer of another site"));
        }
    }
    update_link(&mut tx, id, customer_id).await?;
    let chat = find_open_chat(&mut tx, id).await?;
    let hint = chat.map(|chat| Hint::ChatChanged { chat: *chat.id, visitor: id });
    api.driver.commit_and_tell(tx, hint).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn said(row: IdentityRow, this_visit: Option<Proof>) -> SaidIdentity {
    SaidIdentity {
        customer_ref: row.customer_ref,
        proof: *row.identity,
        this_visit,
        name: row.identity_name,
        email: row.identity_email,
    }
}

/// An agent reads the chats that are or were theirs, and those of the queues they serve once they are put away;
/// supervisors read all.
fn chat(me: &SignedIn, services: &[Service], row: ChatOfRow) -> PastChat {
    let is_mine = row.agent_id.is_some_and(|agent| agent == me.user.id);
    let serves = |service: &Service| service.user_id == me.user.id && service.queue_id == row.queue_id;
    let is_past = *row.state == ChatState::Ended && row.wrapped_up && services.iter().any(serves);
    PastChat {
        id: *row.id,
        queue: row.queue_name,
        mode: *row.mode,
        state: *row.state,
        agent: row.agent_id.map(|id| Named { id: *id, name: row.agent_name.unwrap_or_default() }),
        requested_at: row.requested_at,
        ended_at: row.ended_at,
        proof: row.identity.map(|proof| *proof),
        readable: is_mine || is_past || *me.user.role != Role::Agent,
    }
}

impl From<VisitOfRow> for PastVisit {
    fn from(row: VisitOfRow) -> Self {
        Self {
            id: *row.id,
            started_at: row.started_at,
            last_contact_at: row.heard_at,
            ended: row.ended_at.is_some(),
            browser: row.browser,
            pages: row.pages,
            proof: row.identity.map(|proof| *proof),
        }
    }
}
