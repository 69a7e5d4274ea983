//! Owns the route of agents: who is here, in which state, with how many chats.

use axum::Json;
use axum::extract::State;
use beckon_engine::id::UserId;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::auth;
use super::error::Answer;
use super::openapi::Refusals;
use super::page::Page;
use crate::driver::notice::agent::AgentStatus;
use crate::driver::view::agent_status;
use crate::store::agent::list_agents;
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
    /// When the chosen status began.
    status_since: i64,
    /// Chats at a time by routing.
    slots: i64,
    /// Chats ringing or active.
    slots_used: i64,
}

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list))
}

/// List agents with their state, by name.
#[utoipa::path(get, path = "/api/v1/agents", operation_id = "list_agents", tag = "agents", security(("session" = [])),
    responses((status = 200, description = "The agents", body = Page<AgentView>), Refusals))]
async fn list(State(api): State<Api>, _: auth::Agent) -> Answer<Json<Page<AgentView>>> {
    let now = api.clock.now();
    let mut tx = api.store.read().await?;
    let agents = list_agents(&mut tx).await?;
    let items = agents
        .into_iter()
        .map(|agent| AgentView {
            status: agent_status(&agent, now),
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
