//! Owns what the agents' workspace is set to, at `/api/v1/workspace`, and the caller as an agent, at `/api/v1/me`.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use beckon_engine::hours::by_hand::is_open_now;
use beckon_engine::id::{QueueId, SiteId};
use beckon_engine::queue::Queue;
use beckon_engine::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::audit::record::{Audited, Done, record};
use super::auth::{Admin, Agent};
use super::bringing::Bringing;
use super::check::Checks;
use super::error::{Answer, Problem};
use super::extract::{Body, present};
use super::openapi::{ChangeRefusals, Refusals};
use crate::bus::Hint;
use crate::driver::notice::Named;
use crate::driver::notice::agent::{AgentStatus, StatusReason};
use crate::driver::view::{agent_status, status_reason};
use crate::store::Tx;
use crate::store::agent::find_agent;
use crate::store::audit::AuditKind;
use crate::store::queue::{ServedQueueRow, list_queues_of_agent};
use crate::store::workspace::{
    AgentOptions, Workspace, find_agent_options, find_workspace, update_agent_options, update_workspace,
};

const AWAY_REASONS_MAX: usize = 20;
const AWAY_REASON_CHARS_MAX: usize = 40;
const WAIT_S_MAX: i64 = 86_400;

/// What to change of the workspace; what is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkspacePatch {
    /// Why an agent can be away, in the order of the menu: at most 20 of 1 to 40 characters, each once.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub away_reasons: Option<Vec<String>>,
    /// A visitor who waits this long is shown in amber; 1 to 86400 seconds.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub wait_amber_s: Option<u32>,
    /// A visitor who waits this long is shown in red; not less than amber.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub wait_red_s: Option<u32>,
    /// Everyone must use a second step to sign in: who has none sets it up at the next sign-in. Not by token.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub second_step_required: Option<bool>,
}

/// What to change of the caller's options; what is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentOptionsPatch {
    /// Bring chat window to the top when a new chat session is started (P-12).
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub top_on_new_chat: Option<bool>,
    /// Bring chat window to the top when a new message is received (P-13).
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub top_on_new_message: Option<bool>,
}

/// The caller as an agent.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// State.
    pub status: AgentStatus,
    /// Why.
    pub reason: StatusReason,
    /// The reason they named for being away.
    #[schema(required)]
    pub away_reason: Option<String>,
    /// Since when, milliseconds since 1970.
    pub status_since: i64,
    /// Chats at a time by routing.
    pub slots: i64,
    /// Chats ringing or active.
    pub slots_used: i64,
    /// The queues they serve, by site, then name.
    pub queues: Vec<ServedQueue>,
}

/// A queue that the caller serves.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServedQueue {
    /// The queue.
    #[serde(flatten)]
    pub queue: Named<QueueId>,
    /// Its site.
    pub site: Named<SiteId>,
    /// The channel switch.
    pub channel_on: bool,
    /// Open at this moment: within its hours, or opened by hand.
    pub open_now: bool,
    /// A supervisor has stopped the offers of its site.
    pub offers_stopped: bool,
}

/// The routes of these resources.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(show, change))
        .routes(routes!(show_me))
        .routes(routes!(show_options, change_options))
}

impl ServedQueue {
    fn of(row: ServedQueueRow, now: UnixMs) -> Self {
        let ServedQueueRow { queue, site_name, offers_stopped } = row;
        let site = Named { id: *queue.site_id, name: site_name };
        let queue = Queue::from(queue);
        Self {
            site,
            channel_on: queue.channel_on,
            open_now: is_open_now(&queue, now),
            offers_stopped,
            queue: Named { id: queue.id, name: queue.name },
        }
    }
}

impl Audited for Workspace {
    const KIND: AuditKind = AuditKind::Workspace;

    fn subject(&self) -> String {
        "workspace".to_owned()
    }
}

/// What all agents share.
#[utoipa::path(
    get,
    path = "/api/v1/workspace",
    operation_id = "show_workspace",
    tag = "workspace",
    responses((status = 200, description = "The workspace", body = Workspace), Refusals),
    security(("session" = []))
)]
async fn show(State(api): State<Api>, _: Agent) -> Answer<Json<Workspace>> {
    let mut tx = api.store.read().await?;
    Ok(Json(find_workspace(&mut tx).await?))
}

/// Change what all agents share. For administrators.
#[utoipa::path(
    patch,
    path = "/api/v1/workspace",
    operation_id = "change_workspace",
    tag = "workspace",
    request_body = WorkspacePatch,
    responses((status = 200, description = "The workspace", body = Workspace), ChangeRefusals),
    security(("session" = []))
)]
async fn change(
    State(api): State<Api>,
    Admin(me): Admin,
    Body(patch): Body<WorkspacePatch>,
) -> Answer<Json<Workspace>> {
    if patch.second_step_required.is_some() && !me.via.is_empty() {
        return Err(Problem::OutOfScope(None));
    }
    let mut tx = api.change().await?;
    let (before, workspace) = update(&mut tx, patch).await?;
    record(&api, &mut tx, &me, Done::changed(&before, &workspace)).await?;
    tx.commit().await?;
    Ok(Json(workspace))
}

/// Makes the workspace what it should be. Whether everyone needs a second step is no program's to say.
///
/// # Errors
/// When it is not valid, or the database failed.
pub(super) async fn bring(bringing: &mut Bringing<'_>, wanted: WorkspacePatch) -> Answer<()> {
    let (before, workspace) = update(&mut bringing.tx, wanted).await?;
    if before.second_step_required != workspace.second_step_required && !bringing.by.via.is_empty() {
        return Err(Problem::OutOfScope(None));
    }
    if before == workspace { Ok(()) } else { bringing.record(Some(&before), Some(&workspace)).await }
}

async fn update(tx: &mut Tx, patch: WorkspacePatch) -> Answer<(Workspace, Workspace)> {
    let mut workspace = find_workspace(tx).await?;
    let before = workspace.clone();
    workspace.away_reasons = patch.away_reasons.unwrap_or(workspace.away_reasons);
    workspace.wait_amber_s = patch.wait_amber_s.unwrap_or(workspace.wait_amber_s);
    workspace.wait_red_s = patch.wait_red_s.unwrap_or(workspace.wait_red_s);
    workspace.second_step_required = patch.second_step_required.unwrap_or(workspace.second_step_required);
    check(&workspace)?;
    update_workspace(tx, &workspace).await?;
    Ok((before, workspace))
}

/// The caller as an agent: status, slots, and the queues they serve.
#[utoipa::path(
    get,
    path = "/api/v1/me",
    operation_id = "show_me",
    tag = "workspace",
    responses((status = 200, description = "The caller", body = Me), Refusals),
    security(("session" = []))
)]
async fn show_me(State(api): State<Api>, Agent(me): Agent) -> Answer<Json<Me>> {
    let now = api.clock.now();
    let mut tx = api.store.read().await?;
    let agent = find_agent(&mut tx, *me.user.id).await?.ok_or(Problem::NotFound)?;
    let queues = list_queues_of_agent(&mut tx, *me.user.id).await?;
    Ok(Json(Me {
        status: agent_status(&agent, now),
        reason: status_reason(&agent),
        status_since: agent.status_since,
        slots: agent.slots,
        slots_used: agent.used,
        away_reason: agent.away_reason,
        queues: queues.into_iter().map(|row| ServedQueue::of(row, now)).collect(),
    }))
}

/// The caller's options.
#[utoipa::path(
    get,
    path = "/api/v1/me/options",
    operation_id = "show_options",
    tag = "workspace",
    responses((status = 200, description = "The options", body = AgentOptions), Refusals),
    security(("session" = []))
)]
async fn show_options(State(api): State<Api>, Agent(me): Agent) -> Answer<Json<AgentOptions>> {
    let mut tx = api.store.read().await?;
    Ok(Json(find_agent_options(&mut tx, *me.user.id).await?))
}

/// Change the caller's options.
#[utoipa::path(
    patch,
    path = "/api/v1/me/options",
    operation_id = "change_options",
    tag = "workspace",
    request_body = AgentOptionsPatch,
    responses((status = 200, description = "The options", body = AgentOptions), ChangeRefusals),
    security(("session" = []))
)]
async fn change_options(
    State(api): State<Api>,
    Agent(me): Agent,
    Body(patch): Body<AgentOptionsPatch>,
) -> Answer<Json<AgentOptions>> {
    let mut tx = api.store.write().await?;
    let mut options = find_agent_options(&mut tx, *me.user.id).await?;
    options.top_on_new_chat = patch.top_on_new_chat.unwrap_or(options.top_on_new_chat);
    options.top_on_new_message = patch.top_on_new_message.unwrap_or(options.top_on_new_message);
    update_agent_options(&mut tx, *me.user.id, options).await?;
    api.driver.commit_and_tell(tx, [Hint::OptionsChanged { user: *me.user.id }]).await?;
    Ok(Json(options))
}

fn check(workspace: &Workspace) -> Answer<()> {
    let mut checks = Checks::new();
    checks.count("/away_reasons", workspace.away_reasons.len(), 0..=AWAY_REASONS_MAX);
    let mut seen = BTreeSet::new();
    for (index, reason) in workspace.away_reasons.iter().enumerate() {
        let pointer = format!("/away_reasons/{index}");
        checks.line(&pointer, reason, 1..=AWAY_REASON_CHARS_MAX);
        if !seen.insert(reason.to_lowercase()) {
            checks.wrong(pointer, "is there twice");
        }
    }
    checks.number("/wait_amber_s", workspace.wait_amber_s, 1..=WAIT_S_MAX);
    checks.number("/wait_red_s", workspace.wait_red_s, 1..=WAIT_S_MAX);
    if workspace.wait_red_s < workspace.wait_amber_s {
        checks.wrong("/wait_red_s", "is less than the time for amber");
    }
    checks.finish()
}
