//! Owns the route of agents: who is here, in which state, with how many chats.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use beckon_engine::id::{QueueId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::audit::record::{Audited, Done, record};
use super::auth;
use super::error::{Answer, Problem};
use super::extract::{Body, Id};
use super::openapi::{ChangeRefusals, Refusals};
use super::page::Page;
use crate::bus::Hint;
use crate::driver::notice::agent::{AgentStatus, StatusReason};
use crate::driver::view::{agent_status, status_reason};
use crate::store::agent::{AwayCause, ChosenStatus, Service, Stance, find_agent, list_agents, list_services};
use crate::store::audit::AuditKind;
use crate::store::user::Role;

/// A user as an agent.
#[derive(Debug, Serialize, ToSchema)]
struct AgentView {
    /// Identity.
    id: UserId,
    /// Name.
    name: String,
    /// Role.
    role: Role,
    /// State.
    status: AgentStatus,
    /// Why.
    reason: StatusReason,
    /// The reason they named for being away.
    #[schema(required)]
    away_reason: Option<String>,
    /// When the chosen status began, for this reason.
    status_since: i64,
    /// Chats at a time by routing.
    slots: i64,
    /// Chats ringing or active.
    slots_used: i64,
    /// The queues they serve.
    queues: Vec<QueueId>,
}

/// The state that a supervisor sets.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AgentStatusChange {
    /// Ready or away. Who is not here cannot be made ready.
    status: ChosenStatus,
}

/// What a supervisor sets, as the audit log keeps it.
#[derive(Debug, Serialize)]
struct SetStatus<'a> {
    #[serde(skip)]
    id: UserId,
    #[serde(skip)]
    name: &'a str,
    status: ChosenStatus,
}

impl Audited for SetStatus<'_> {
    const KIND: AuditKind = AuditKind::AgentStatus;

    fn subject(&self) -> String {
        self.id.to_string()
    }

    fn name(&self) -> &str {
        self.name
    }
}

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(force))
}

/// List agents with their state, by name.
#[utoipa::path(get, path = "/api/v1/agents", operation_id = "list_agents", tag = "agents", security(("session" = [])),
    responses((status = 200, description = "The agents", body = Page<AgentView>), Refusals))]
async fn list(State(api): State<Api>, _: auth::Agent) -> Answer<Json<Page<AgentView>>> {
    let now = api.clock.now();
    let mut tx = api.store.read().await?;
    let agents = list_agents(&mut tx).await?;
    let services = list_services(&mut tx).await?;
    let items = agents
        .into_iter()
        .map(|agent| AgentView {
            queues: queues_of(&services, *agent.id),
            status: agent_status(&agent, now),
            reason: status_reason(&agent),
            away_reason: agent.away_reason,
            id: *agent.id,
            name: agent.name,
            role: *agent.role,
            status_since: agent.status_since,
            slots: agent.slots,
            slots_used: agent.used,
        })
        .collect();
    Ok(Json(Page { items, next: None }))
}

/// Set an agent's state, for them to change again. For supervisors.
#[utoipa::path(put, path = "/api/v1/agents/{id}/status", operation_id = "force_agent_status", tag = "agents",
    params(("id" = UserId, Path)), request_body = AgentStatusChange, security(("session" = [])),
    responses((status = 204, description = "Done"), ChangeRefusals))]
async fn force(
    State(api): State<Api>,
    auth::Supervisor(me): auth::Supervisor,
    Id(id): Id<UserId>,
    Body(AgentStatusChange { status }): Body<AgentStatusChange>,
) -> Answer<StatusCode> {
    let mut tx = api.store.write().await?;
    let agent = find_agent(&mut tx, id).await?.ok_or(Problem::NotFound)?;
    if status == ChosenStatus::Ready && agent_status(&agent, api.clock.now()) == AgentStatus::Offline {
        return Err(Problem::field("/status", "cannot be ready: this agent is not here"));
    }
    let stance = match status {
        ChosenStatus::Ready => Stance::Ready,
        ChosenStatus::Away => Stance::Away(AwayCause::Supervisor, None),
    };
    let before = SetStatus { id, name: &agent.name, status: *agent.status };
    record(&api, &mut tx, &me, Done::changed(&before, &SetStatus { status, ..before })).await?;
    api.driver.take_stance(&mut tx, id, stance).await?;
    api.driver.commit_and_tell(tx, [Hint::AgentChanged { user: id, no_answer: false }]).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn queues_of(services: &[Service], agent: UserId) -> Vec<QueueId> {
    services.iter().filter(|service| *service.user_id == agent).map(|service| *service.queue_id).collect()
}
