//! Owns drafts at `/api/v1/drafts` and `/api/v1/chats/{id}/draft`: what an agent has begun to write, on any browser.

use axum::Json;
use axum::extract::State;
use beckon_engine::id::{ChatId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::auth::{Agent, SignedIn};
use super::check::Checks;
use super::error::{Answer, Problem};
use super::extract::{Body, Id};
use super::openapi::{ChangeRefusals, Refusals};
use super::page::Page;
use crate::driver::access::{Actor, Denied, find_seat};
use crate::driver::saying::MESSAGE_LEN_MAX;
use crate::store::Tx;
use crate::store::column::Text;
use crate::store::draft::{DraftRow, find_draft, insert_draft, list_drafts, update_draft};
use crate::store::message::Audience;

/// What an agent has begun to write in a chat.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Draft {
    /// The chat.
    pub chat_id: ChatId,
    /// The text; empty when there is none, and once it was sent.
    pub text: String,
    /// Whom it is for: everyone, or only the team.
    pub audience: Audience,
    /// Rises with every change that a browser keeps, not when the draft is sent; 0 before the first.
    pub version: i64,
    /// When it was last changed, milliseconds since 1970; 0 before the first time.
    pub updated_at: i64,
}

/// A draft to keep.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDraft {
    /// The text, at most 4000 characters; empty to give it up.
    pub text: String,
    /// Whom it is for: everyone, or only the team.
    #[serde(default)]
    pub audience: Audience,
    /// The version it was written over; 0 when there was none.
    pub version: i64,
}

/// The routes of this resource.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show, keep))
}

/// The caller's drafts that hold something, the newest first; all on one page.
#[utoipa::path(
    get,
    path = "/api/v1/drafts",
    operation_id = "list_drafts",
    tag = "drafts",
    responses((status = 200, description = "The drafts", body = Page<Draft>), Refusals),
    security(("session" = []))
)]
async fn list(State(api): State<Api>, Agent(me): Agent) -> Answer<Json<Page<Draft>>> {
    let mut tx = api.store.read().await?;
    let rows = list_drafts(&mut tx, *me.user.id).await?;
    Ok(Json(Page { items: rows.into_iter().map(Draft::from).collect(), next: None }))
}

/// The caller's draft in a chat, which stays theirs when the chat goes to somebody else.
#[utoipa::path(
    get,
    path = "/api/v1/chats/{id}/draft",
    operation_id = "show_draft",
    tag = "drafts",
    params(("id" = ChatId, Path)),
    responses((status = 200, description = "The draft", body = Draft), Refusals),
    security(("session" = []))
)]
async fn show(State(api): State<Api>, Agent(me): Agent, Id(chat): Id<ChatId>) -> Answer<Json<Draft>> {
    let mut tx = api.store.read().await?;
    Ok(Json(find(&mut tx, &me, chat).await?))
}

/// Keep the caller's draft in a chat. Refused as `stale` when it was changed since the version it was written over.
#[utoipa::path(
    put,
    path = "/api/v1/chats/{id}/draft",
    operation_id = "keep_draft",
    tag = "drafts",
    params(("id" = ChatId, Path)),
    request_body = NewDraft,
    responses((status = 200, description = "The draft", body = Draft), ChangeRefusals),
    security(("session" = []))
)]
async fn keep(
    State(api): State<Api>,
    Agent(me): Agent,
    Id(chat): Id<ChatId>,
    Body(new): Body<NewDraft>,
) -> Answer<Json<Draft>> {
    let mut checks = Checks::new();
    checks.text("/text", &new.text, 0..=MESSAGE_LEN_MAX);
    checks.number("/version", new.version, 0..=i64::MAX - 1);
    checks.finish()?;
    let mut tx = api.store.write().await?;
    let present = find(&mut tx, &me, chat).await?;
    // The answer to the same request was lost.
    let is_same = present.text == new.text && present.audience == new.audience;
    if present.version == new.version + 1 && is_same {
        return Ok(Json(present));
    }
    if present.version != new.version {
        return Err(Problem::Stale("The draft was changed elsewhere meanwhile.".to_owned()));
    }
    let user: UserId = *me.user.id;
    let row = DraftRow {
        chat_id: Text(chat),
        body: new.text,
        audience: Text(new.audience),
        version: new.version + 1,
        updated_at: api.clock.now().0,
    };
    let written = if new.version == 0 {
        insert_draft(&mut tx, user, &row).await?
    } else {
        update_draft(&mut tx, user, &row).await?
    };
    if !written {
        return Err(Problem::Stale("The draft was changed elsewhere meanwhile.".to_owned()));
    }
    tx.commit().await?;
    Ok(Json(row.into()))
}

async fn find(tx: &mut Tx, me: &SignedIn, chat: ChatId) -> Answer<Draft> {
    if let Some(row) = find_draft(tx, *me.user.id, chat).await? {
        return Ok(row.into());
    }
    let actor = Actor { id: *me.user.id, name: me.user.name.clone(), role: *me.user.role };
    match find_seat(tx, &actor, chat).await {
        Ok(_) => {
            let (text, audience) = (String::new(), Audience::All);
            Ok(Draft { chat_id: chat, text, audience, version: 0, updated_at: 0 })
        }
        Err(Denied::Because(..)) => Err(Problem::NotFound),
        Err(Denied::Store(error)) => Err(error.into()),
    }
}

impl From<DraftRow> for Draft {
    fn from(row: DraftRow) -> Self {
        Self {
            chat_id: *row.chat_id,
            text: row.body,
            audience: *row.audience,
            version: row.version,
            updated_at: row.updated_at,
        }
    }
}
