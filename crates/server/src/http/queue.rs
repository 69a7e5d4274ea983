//! Owns the queues of a site at `/api/v1/sites/{id}/queues` and `/api/v1/queues/{id}`, with the agents who serve them.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use beckon_engine::hours::by_hand;
use beckon_engine::id::{QueueId, SiteId, UserId};
use beckon_engine::queue::waiting::Dequeue;
use beckon_engine::queue::{self, ByHand, QueuePlan};
use beckon_engine::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::audit::record::{Audited, Done, record};
use super::auth::{Admin, Agent, SignedIn};
use super::bringing::{Bringing, is_so};
use super::error::{Answer, Problem};
use super::extract::{Body, Id, Params, present};
use super::openapi::{ChangeRefusals, Refusals};
use super::page::{Page, PageParams};
use super::queue_check::{check, check_references};
use super::{Api, site};
use crate::bus::Hint;
use crate::store::api_token::Scope;
use crate::store::audit::AuditKind;
use crate::store::column::{Json as JsonColumn, Text};
use crate::store::enquiry::find_enquiry_of_queue;
use crate::store::queue::{
    QueueRow, delete_queue, find_queue, insert_queue, list_all_queues, list_queue_agents, list_queues,
    list_site_queue_agents, update_queue, update_queue_agents,
};
use crate::store::rule::list_all_rules;
use crate::store::user::find_user;
use crate::store::{StoreError, Tx};

/// Most queues of a site.
pub const QUEUES_MAX: i64 = 100;
/// Most agents of a queue.
pub const QUEUE_AGENTS_MAX: usize = 1_000;

/// A chat queue.
#[derive(Debug, Serialize, ToSchema)]
pub struct Queue {
    /// Identity.
    pub id: QueueId,
    /// The site it belongs to.
    pub site_id: SiteId,
    /// Name in the console.
    pub name: String,
    /// The channel switch.
    pub channel_on: bool,
    /// The queue of the launcher; exactly one a site.
    pub is_default: bool,
    /// Opened or closed by hand, while it holds.
    #[schema(required)]
    pub by_hand: Option<ByHand>,
    /// Everything else.
    pub plan: QueuePlan,
    /// Who serves it.
    pub agents: Vec<UserId>,
    /// Within business hours now, or opened by hand.
    pub open_now: bool,
    /// When that changes next, milliseconds since 1970; null when not within 400 days.
    #[schema(required)]
    pub next_change_at: Option<i64>,
    /// When it was made, milliseconds since 1970.
    pub created_at: i64,
    /// When it was last changed, milliseconds since 1970.
    pub updated_at: i64,
}

/// A queue to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewQueue {
    /// Name in the console, 1 to 100 characters.
    pub name: String,
    /// The channel switch.
    #[serde(default = "yes")]
    pub channel_on: bool,
    /// Make it the queue of the launcher; the one that was no longer is.
    #[serde(default)]
    pub is_default: bool,
    /// Everything else.
    #[serde(default)]
    pub plan: QueuePlan,
    /// Who serves it, at most 1 000.
    #[serde(default)]
    pub agents: Vec<UserId>,
}

/// What to change of a queue; what is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QueuePatch {
    /// Name in the console, 1 to 100 characters.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// The channel switch.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub channel_on: Option<bool>,
    /// Make it the queue of the launcher; the one that was no longer is. Cannot be taken back but by another queue.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub is_default: Option<bool>,
    /// Everything else.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub plan: Option<QueuePlan>,
    /// Who serves it, at most 1 000.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub agents: Option<Vec<UserId>>,
}

/// The routes of this resource.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(show, change, remove))
}

/// The queues of a site, by name.
#[utoipa::path(
    get,
    path = "/api/v1/sites/{id}/queues",
    operation_id = "list_queues",
    tag = "queues",
    params(("id" = SiteId, Path), PageParams),
    responses((status = 200, description = "One page", body = Page<Queue>), Refusals),
    security(("session" = []))
)]
async fn list(
    State(api): State<Api>,
    _: Agent,
    Id(site): Id<SiteId>,
    Params(params): Params<PageParams>,
) -> Answer<Json<Page<Queue>>> {
    let limit = params.limit()?;
    let [name, id] = params.after()?;
    let now = api.clock.now();
    let mut tx = api.store.read().await?;
    site::find(&mut tx, site).await?;
    let rows = list_queues(&mut tx, site, (&name, &id), limit + 1).await?;
    let mut agents: BTreeMap<QueueId, Vec<UserId>> = BTreeMap::new();
    for (queue, agent) in list_site_queue_agents(&mut tx, site).await? {
        agents.entry(queue).or_default().push(agent);
    }
    let key = |row: &QueueRow| [row.name.clone(), row.id.0.to_string()];
    let item = |row: QueueRow| {
        let agents = agents.remove(&row.id.0).unwrap_or_default();
        Queue::new(row, agents, now)
    };
    Ok(Json(Page::cut(rows, limit, key, item)))
}

/// Make a queue. The first of a site is the one of its launcher. For administrators.
#[utoipa::path(
    post,
    path = "/api/v1/sites/{id}/queues",
    operation_id = "create_queue",
    tag = "queues",
    params(("id" = SiteId, Path)),
    request_body = NewQueue,
    responses((status = 201, description = "The queue", body = Queue), ChangeRefusals),
    security(("session" = []))
)]
async fn create(
    State(api): State<Api>,
    Admin(me): Admin,
    Id(site): Id<SiteId>,
    Body(new): Body<NewQueue>,
) -> Answer<(StatusCode, Json<Queue>)> {
    let now = api.clock.now();
    let mut row = QueueRow {
        id: Text(QueueId(api.clock.new_id())),
        site_id: Text(site),
        name: new.name,
        channel_on: new.channel_on,
        by_hand: None,
        is_default: new.is_default,
        plan: JsonColumn(new.plan),
        created_at: now.0,
        updated_at: now.0,
    };
    check(&row, &new.agents)?;
    check_outlets(&me, &QueuePlan::default(), &row.plan)?;
    let mut tx = api.change().await?;
    site::find(&mut tx, site).await?;
    let count = list_all_queues(&mut tx, site).await?.len();
    if i64::try_from(count).is_ok_and(|count| count >= QUEUES_MAX) {
        return Err(Problem::LimitReached(QUEUES_MAX));
    }
    row.is_default |= count == 0;
    check_references(&mut tx, &row, &new.agents).await?;
    insert_queue(&mut tx, &row).await?;
    update_queue_agents(&mut tx, &row, &new.agents).await?;
    let agents = list_queue_agents(&mut tx, row.id.0).await?;
    let queue = Queue::new(row, agents, now);
    record(&api, &mut tx, &me, Done::created(&queue)).await?;
    api.commit(tx, site).await?;
    Ok((StatusCode::CREATED, Json(queue)))
}

/// One queue.
#[utoipa::path(
    get,
    path = "/api/v1/queues/{id}",
    operation_id = "show_queue",
    tag = "queues",
    params(("id" = QueueId, Path)),
    responses((status = 200, description = "The queue", body = Queue), Refusals),
    security(("session" = []))
)]
async fn show(State(api): State<Api>, _: Agent, Id(id): Id<QueueId>) -> Answer<Json<Queue>> {
    let mut tx = api.store.read().await?;
    let row = find(&mut tx, id).await?;
    let agents = list_queue_agents(&mut tx, id).await?;
    Ok(Json(Queue::new(row, agents, api.clock.now())))
}

/// Change a queue; running visits follow at once. For administrators.
#[utoipa::path(
    patch,
    path = "/api/v1/queues/{id}",
    operation_id = "change_queue",
    tag = "queues",
    params(("id" = QueueId, Path)),
    request_body = QueuePatch,
    responses((status = 200, description = "The queue", body = Queue), ChangeRefusals),
    security(("session" = []))
)]
async fn change(
    State(api): State<Api>,
    Admin(me): Admin,
    Id(id): Id<QueueId>,
    Body(patch): Body<QueuePatch>,
) -> Answer<Json<Queue>> {
    let now = api.clock.now();
    let mut tx = api.change().await?;
    let mut row = find(&mut tx, id).await?;
    if row.is_default && patch.is_default == Some(false) {
        return Err(Problem::DefaultQueue);
    }
    let served_by = list_queue_agents(&mut tx, id).await?;
    let before = Queue::new(row.clone(), served_by.clone(), now);
    let agents = patch.agents.unwrap_or(served_by);
    row.name = patch.name.unwrap_or(row.name);
    row.channel_on = patch.channel_on.unwrap_or(row.channel_on);
    row.is_default = patch.is_default.unwrap_or(row.is_default);
    row.plan = patch.plan.map_or(row.plan, JsonColumn);
    row.updated_at = now.0;
    check(&row, &agents)?;
    check_outlets(&me, &before.plan, &row.plan)?;
    check_references(&mut tx, &row, &agents).await?;
    update_queue(&mut tx, &row).await?;
    let hints = api.driver.follow_conduct(&mut tx, &before.plan.conduct, &row).await?;
    update_queue_agents(&mut tx, &row, &agents).await?;
    let agents = list_queue_agents(&mut tx, id).await?;
    let queue = Queue::new(row, agents, now);
    record(&api, &mut tx, &me, Done::changed(&before, &queue)).await?;
    let site = Hint::SiteChanged { site: queue.site_id };
    api.driver.commit_and_tell(tx, hints.into_iter().chain([site])).await?;
    Ok(Json(queue))
}

/// Remove a queue that no rule uses and that never had a chat. For administrators.
#[utoipa::path(
    delete,
    path = "/api/v1/queues/{id}",
    operation_id = "remove_queue",
    tag = "queues",
    params(("id" = QueueId, Path)),
    responses((status = 204, description = "Done"), ChangeRefusals),
    security(("session" = []))
)]
async fn remove(State(api): State<Api>, Admin(me): Admin, Id(id): Id<QueueId>) -> Answer<StatusCode> {
    let mut tx = api.change().await?;
    let row = find(&mut tx, id).await?;
    let site = row.site_id.0;
    let agents = list_queue_agents(&mut tx, id).await?;
    let moves_here = |queue: &&QueueRow| matches!(queue.plan.routing.dequeue, Dequeue::Queue { queue_id } if queue_id == id && *queue.id != id);
    if let Some(queue) = list_all_queues(&mut tx, site).await?.iter().find(moves_here) {
        return Err(Problem::InUse(format!("The queue \"{}\" moves visitors to it.", queue.name)));
    }
    delete(&mut tx, &row).await?;
    record(&api, &mut tx, &me, Done::removed(&Queue::new(row, agents, api.clock.now()))).await?;
    api.commit(tx, site).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn delete(tx: &mut Tx, row: &QueueRow) -> Answer<()> {
    let (id, site) = (row.id.0, row.site_id.0);
    if row.is_default {
        return Err(Problem::DefaultQueue);
    }
    let rules = list_all_rules(tx, site).await?;
    if let Some(rule) = rules.iter().find(|rule| rule.plan.queue_id == id) {
        return Err(Problem::InUse(format!("The rule \"{}\" leads to it.", rule.name)));
    }
    if find_enquiry_of_queue(tx, id).await? {
        return Err(Problem::InUse("The queue has had enquiries: switch its channel off.".to_owned()));
    }
    delete_queue(tx, site, id).await.map_err(|error| match error {
        StoreError::InUse => Problem::InUse("The queue has had chats: switch its channel off.".to_owned()),
        StoreError::Taken | StoreError::Database(_) | StoreError::Migrate(_) | StoreError::Batch(_) => {
            error.into()
        }
    })
}

/// Makes a queue what it should be, and when it was made. Its switches stay, and it remains the one of the launcher until
/// another one becomes it; agents who have gone are left out. What it refers to is checked once all queues are there, by
/// [`check_brought`].
///
/// # Errors
/// When it does not fit what is there, or the database failed.
pub(super) async fn bring(
    bringing: &mut Bringing<'_>,
    id: QueueId,
    (new, created_at): (NewQueue, i64),
) -> Answer<()> {
    let now = bringing.api.clock.now();
    let tx = &mut bringing.tx;
    let before = find_queue(tx, id).await?;
    let served_by = list_queue_agents(tx, id).await?;
    let mut agents = Vec::new();
    for agent in new.agents {
        if find_user(tx, agent).await?.is_some() {
            agents.push(agent);
        }
    }
    let row = QueueRow {
        id: Text(id),
        site_id: Text(bringing.site),
        name: new.name,
        channel_on: before.as_ref().map_or(new.channel_on, |before| before.channel_on),
        by_hand: before.as_ref().and_then(|before| before.by_hand.clone()),
        is_default: new.is_default || before.as_ref().is_some_and(|before| before.is_default),
        plan: JsonColumn(new.plan),
        created_at,
        updated_at: now.0,
    };
    check(&row, &agents)?;
    if bringing.version.is_some() {
        let plan_before = before.as_ref().map_or_else(QueuePlan::default, |before| before.plan.0.clone());
        check_outlets(bringing.by, &plan_before, &row.plan)?;
    }
    agents.sort_unstable();
    let before = before.map(|before| Queue::new(before, served_by, now));
    let after = Queue::new(row.clone(), agents.clone(), now);
    if is_so(before.as_ref(), &after) {
        return Ok(());
    }
    if let Some(before) = &before {
        update_queue(tx, &row).await?;
        bringing.api.driver.follow_conduct(tx, &before.plan.conduct, &row).await?;
    } else {
        insert_queue(tx, &row).await?;
    }
    update_queue_agents(tx, &row, &agents).await?;
    bringing.record(before.as_ref(), Some(&after)).await
}

/// Takes a queue away that nothing refers to any more.
///
/// # Errors
/// When something does, it is the one of the launcher, or the database failed.
pub(super) async fn take_away(bringing: &mut Bringing<'_>, id: QueueId) -> Answer<()> {
    let tx = &mut bringing.tx;
    let row = find(tx, id).await?;
    let agents = list_queue_agents(tx, id).await?;
    delete(tx, &row).await?;
    let gone = Queue::new(row, agents, bringing.api.clock.now());
    bringing.record(Some(&gone), None).await
}

/// Checks that what a queue refers to is there.
///
/// # Errors
/// When it is not, or the database failed.
pub(super) async fn check_brought(tx: &mut Tx, id: QueueId) -> Answer<()> {
    let row = find(tx, id).await?;
    let agents = list_queue_agents(tx, id).await?;
    check_references(tx, &row, &agents).await
}

/// Where a queue sends what visitors wrote - the addresses of its enquiries and the page that is opened for agents - is for
/// tokens of the administration.
fn check_outlets(by: &SignedIn, before: &QueuePlan, after: &QueuePlan) -> Answer<()> {
    let outlets = |plan: &QueuePlan| (plan.enquiry.emails.clone(), plan.conduct.screen_pop.clone());
    if outlets(before) == outlets(after) {
        return Ok(());
    }
    by.check_scope(Scope::AdministrationWrite)
}

async fn find(tx: &mut Tx, id: QueueId) -> Answer<QueueRow> {
    find_queue(tx, id).await?.ok_or(Problem::NotFound)
}

fn yes() -> bool {
    true
}

impl Audited for Queue {
    const KIND: AuditKind = AuditKind::Queue;

    fn subject(&self) -> String {
        self.id.to_string()
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn site(&self) -> Option<SiteId> {
        Some(self.site_id)
    }
}

impl Queue {
    pub(super) fn new(row: QueueRow, agents: Vec<UserId>, now: UnixMs) -> Self {
        let (site_id, is_default) = (row.site_id.0, row.is_default);
        let (created_at, updated_at) = (row.created_at, row.updated_at);
        let queue = queue::Queue::from(row);
        Self {
            site_id,
            is_default,
            by_hand: by_hand::in_force(&queue, now),
            open_now: by_hand::is_open_now(&queue, now),
            next_change_at: by_hand::next_change_now(&queue, now).map(|(at, _)| at.0),
            id: queue.id,
            name: queue.name,
            channel_on: queue.channel_on,
            plan: queue.plan,
            agents,
            created_at,
            updated_at,
        }
    }
}
