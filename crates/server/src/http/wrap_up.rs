//! Owns the routes for what an agent does around the end of a chat: noting what it came to, sending its transcript (P-7).

use axum::extract::State;
use axum::http::StatusCode;
use beckon_engine::id::ChatId;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::auth::Agent;
use super::chat::actor;
use super::check::Checks;
use super::error::{Answer, Problem};
use super::extract::{Body, Id};
use super::openapi::ChangeRefusals;
use crate::driver::access::{Denied, find_seat};
use crate::driver::history::remember_for_search;
use crate::driver::notice::RefusalCode;
use crate::driver::transcript::TRANSCRIPTS_MAX;
use crate::store::chat::ChatState;
use crate::store::chat::wrap_up::{WrapUpRow, find_wrap_up, update_wrap_up};
use crate::store::column::Json as JsonColumn;
use crate::store::queue::find_queue;

/// Most tags of a chat.
const TAGS_MAX: usize = 20;

/// What an agent notes of a chat; it replaces what was noted before.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WrapUp {
    /// What it came to: one of the queue's dispositions, or empty.
    #[serde(default)]
    disposition: String,
    /// Tags, at most 20, each 1 to 40 characters.
    #[serde(default)]
    tags: Vec<String>,
    /// In words, at most 2 000 characters.
    #[serde(default)]
    note: String,
}

/// Where a transcript goes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SendTranscript {
    /// An e-mail address.
    email: String,
}

/// The routes.
pub(super) fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(note)).routes(routes!(send))
}

/// Note what a chat came to: its owner, and supervisors. The chat is closed over the live connection.
#[utoipa::path(put, path = "/api/v1/chats/{id}/wrap-up", operation_id = "wrap_up_chat", tag = "chats",
    params(("id" = ChatId, Path)), request_body = WrapUp, security(("session" = [])),
    responses((status = 204, description = "Noted"), ChangeRefusals))]
async fn note(
    State(api): State<Api>,
    Agent(me): Agent,
    Id(id): Id<ChatId>,
    Body(wrap_up): Body<WrapUp>,
) -> Answer<StatusCode> {
    let me = actor(&me);
    let mut tx = api.store.write().await?;
    let seat = find_seat(&mut tx, &me, id).await?;
    if !seat.owns() && !me.supervises() {
        return Err(Problem::Forbidden);
    }
    if !matches!(*seat.chat.state, ChatState::Active | ChatState::Ended) {
        return Err(Problem::field("", "Nobody has had this chat yet."));
    }
    let queue = find_queue(&mut tx, *seat.chat.queue_id).await?;
    let choices = queue.map(|queue| queue.plan.0.conduct.dispositions).unwrap_or_default();
    let stored = find_wrap_up(&mut tx, id).await?.ok_or(Problem::NotFound)?;
    let tags = checked(&wrap_up, &choices, &stored.disposition)?;
    let row = WrapUpRow {
        disposition: wrap_up.disposition,
        tags: JsonColumn(tags),
        wrap_up_note: wrap_up.note.trim().to_owned(),
    };
    update_wrap_up(&mut tx, id, &row).await?;
    if *seat.chat.state == ChatState::Ended {
        remember_for_search(&mut tx, id).await?;
    }
    api.driver.commit_and_tell_of(tx, &seat.chat, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Send the transcript of a chat by e-mail, once it has ended: its owner, and supervisors. At most three a chat.
#[utoipa::path(post, path = "/api/v1/chats/{id}/transcript", operation_id = "send_transcript", tag = "chats",
    params(("id" = ChatId, Path)), request_body = SendTranscript, security(("session" = [])),
    responses((status = 204, description = "Promised"), ChangeRefusals))]
async fn send(
    State(api): State<Api>,
    Agent(me): Agent,
    Id(id): Id<ChatId>,
    Body(wish): Body<SendTranscript>,
) -> Answer<StatusCode> {
    let mut checks = Checks::new();
    checks.email("/email", &wish.email);
    checks.finish()?;
    match api.driver.agent_sends_transcript(&actor(&me), id, &wish.email).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(Denied::Because(RefusalCode::NotFound, _)) => Err(Problem::NotFound),
        Err(Denied::Because(RefusalCode::NotYours, _)) => Err(Problem::Forbidden),
        Err(Denied::Because(RefusalCode::TooMany, _)) => Err(Problem::LimitReached(TRANSCRIPTS_MAX)),
        Err(Denied::Because(_, detail)) => Err(Problem::field("/email", detail)),
        Err(Denied::Store(error)) => Err(error.into()),
    }
}

/// The tags, each once. The disposition that is `stored` may stay, though the queue offers it no longer.
fn checked(wrap_up: &WrapUp, choices: &[String], stored: &str) -> Answer<Vec<String>> {
    let mut checks = Checks::new();
    let known = wrap_up.disposition == stored || choices.contains(&wrap_up.disposition);
    if !wrap_up.disposition.is_empty() && !known {
        checks.wrong("/disposition", "is not one of the queue's");
    }
    checks.count("/tags", wrap_up.tags.len(), 0..=TAGS_MAX);
    let mut tags: Vec<String> = Vec::new();
    for (i, tag) in wrap_up.tags.iter().take(TAGS_MAX).enumerate() {
        checks.line(&format!("/tags/{i}"), tag, 1..=40);
        let tag = tag.trim();
        if !tags.iter().any(|known| known == tag) {
            tags.push(tag.to_owned());
        }
    }
    checks.text("/note", &wrap_up.note, 0..=2_000);
    checks.finish()?;
    Ok(tags)
}
