//! Owns who comes first among those who wait, at `/api/v1/chats/{id}/priority`.

use axum::extract::State;
use axum::http::StatusCode;
use beckon_engine::id::{ChatId, SiteId};
use beckon_engine::queue::waiting::PRIORITY_MAX;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::audit::record::{Audited, Done, record};
use super::auth::Supervisor;
use super::chat::actor;
use super::check::Checks;
use super::error::Answer;
use super::extract::{Body, Id};
use super::openapi::ChangeRefusals;
use crate::store::audit::AuditKind;

/// The priority of a chat that waits.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChatPriority {
    /// 0 to 9; the higher is answered first, among equals who came first.
    pub priority: u8,
}

/// The priority as the audit log keeps it.
#[derive(Debug, Serialize)]
struct SetPriority {
    #[serde(skip)]
    chat: ChatId,
    #[serde(skip)]
    site: SiteId,
    priority: i64,
}

impl Audited for SetPriority {
    const KIND: AuditKind = AuditKind::ChatPriority;

    fn subject(&self) -> String {
        self.chat.to_string()
    }

    fn site(&self) -> Option<SiteId> {
        Some(self.site)
    }
}

/// The routes of this resource.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(change))
}

/// Give a chat that waits another priority; its visitor and those behind see their new places. A chat that waits no longer
/// stays as it is. For supervisors.
#[utoipa::path(
    put,
    path = "/api/v1/chats/{id}/priority",
    operation_id = "prioritise_chat",
    tag = "chats",
    params(("id" = ChatId, Path)),
    request_body = ChatPriority,
    responses((status = 204, description = "Done"), ChangeRefusals),
    security(("session" = []))
)]
async fn change(
    State(api): State<Api>,
    Supervisor(me): Supervisor,
    Id(id): Id<ChatId>,
    Body(ChatPriority { priority }): Body<ChatPriority>,
) -> Answer<StatusCode> {
    let mut checks = Checks::new();
    checks.number("/priority", priority, 0..=i64::from(PRIORITY_MAX));
    checks.finish()?;
    let mut tx = api.store.write().await?;
    if let Some(chat) = api.driver.prioritise_chat(&mut tx, &actor(&me), id, priority).await? {
        let before = SetPriority { chat: id, site: *chat.site_id, priority: chat.priority };
        let after = SetPriority { priority: i64::from(priority), ..before };
        record(&api, &mut tx, &me, Done::changed(&before, &after)).await?;
        api.driver.commit_and_tell_of(tx, &chat, false).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
