//! Owns the routes of chats: the lists and the past of a conversation. What happens in one goes over the live connection.

use axum::Json;
use axum::extract::State;
use beckon_engine::id::ChatId;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::auth::{Agent, SignedIn};
use super::error::{Answer, Problem};
use super::extract::{Id, Params};
use super::openapi::Refusals;
use super::page::{Page, PageParams};
use crate::driver::access::{Actor, Denied, find_readable, find_seat};
use crate::driver::notice::Message;
use crate::driver::notice::agent::Chat;
use crate::driver::view::Company;
use crate::store::chat::ChatState;
use crate::store::chat_view::{After, ChatViewRow, Phase, Sight, find_chat_view, list_chat_views};
use crate::store::message::list_messages;
use crate::store::user::Role;

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(find)).routes(routes!(messages))
}

/// Which chats to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// `open` (not ended, or ended and not closed by the agent; the default) or `ended`.
    #[serde(default)]
    #[param(inline)]
    state: ListState,
    /// Only those of the caller; also for supervisors.
    #[serde(default)]
    mine: bool,
    /// Most items on the page, 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// The `next` of the page before; absent for the first page.
    after: Option<String>,
}

/// Which chats to list.
#[derive(Clone, Copy, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum ListState {
    #[default]
    Open,
    Ended,
}

/// Where in a chat to start.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct MessageParams {
    /// Only messages after this number.
    #[serde(default)]
    #[param(minimum = 0)]
    after: i64,
    /// Most items, 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// List chats, newest first: supervisors all, agents their own and those that wait for them.
#[utoipa::path(get, path = "/api/v1/chats", operation_id = "list_chats", tag = "chats", params(ListParams), security(("session" = [])),
    responses((status = 200, description = "One page", body = Page<Chat>), Refusals))]
async fn list(
    State(api): State<Api>,
    Agent(me): Agent,
    Params(params): Params<ListParams>,
) -> Answer<Json<Page<Chat>>> {
    let page = PageParams::new(params.limit, params.after);
    let limit = page.limit()?;
    let phase = match params.state {
        ListState::Open => Phase::Open,
        ListState::Ended => Phase::Ended,
    };
    let after = parse_after(page.after()?)?;
    let mut tx = api.store.read().await?;
    let sight = if params.mine { Sight::Of(*me.user.id) } else { sight_of(&me) };
    let rows = list_chat_views(&mut tx, sight, phase, after, limit + 1).await?;
    let key = |row: &ChatViewRow| [row.requested_at.to_string(), row.id.to_string()];
    let Page { items, next } = Page::cut(rows, limit, key, |row| row);
    let mut found = Vec::with_capacity(items.len());
    for row in items {
        // Before it is active and after it has ended nobody is in a chat but its owner.
        let company = match *row.state {
            ChatState::Active => Company::find(&mut tx, *row.id).await?,
            ChatState::Form | ChatState::Queued | ChatState::Ringing | ChatState::Ended => Company::default(),
        };
        found.push((row, company));
    }
    drop(tx);
    let mut chats = Vec::with_capacity(found.len());
    for (row, company) in found {
        let chat = api.driver.console_chat(row, company).await;
        chats.push(chat.shown_to(*me.user.id, *me.user.role, true));
    }
    Ok(Json(Page { items: chats, next }))
}

/// Find a chat.
#[utoipa::path(get, path = "/api/v1/chats/{id}", operation_id = "show_chat", tag = "chats", params(("id" = ChatId, Path)),
    security(("session" = [])), responses((status = 200, description = "The chat", body = Chat), Refusals))]
async fn find(State(api): State<Api>, Agent(me): Agent, Id(id): Id<ChatId>) -> Answer<Json<Chat>> {
    let mut tx = api.store.read().await?;
    let seat = find_seat(&mut tx, &actor(&me), id).await?;
    let row = find_chat_view(&mut tx, id).await?.ok_or(Problem::NotFound)?;
    let company = Company::find(&mut tx, id).await?;
    drop(tx);
    let chat = api.driver.console_chat(row, company).await;
    Ok(Json(chat.shown_to(*me.user.id, *me.user.role, seat.may_read())))
}

/// List the messages of a chat, in order.
#[utoipa::path(get, path = "/api/v1/chats/{id}/messages", operation_id = "list_messages", tag = "chats",
    params(("id" = ChatId, Path), MessageParams), security(("session" = [])),
    responses((status = 200, description = "Messages; `next` is the number to go on after", body = Page<Message>), Refusals))]
async fn messages(
    State(api): State<Api>,
    Agent(me): Agent,
    Id(id): Id<ChatId>,
    Params(params): Params<MessageParams>,
) -> Answer<Json<Page<Message>>> {
    let limit = PageParams::new(params.limit, None).limit()?;
    let mut tx = api.store.read().await?;
    find_readable(&mut tx, &actor(&me), id).await?;
    let mut items: Vec<Message> = list_messages(&mut tx, id, params.after.max(0), limit + 1)
        .await?
        .into_iter()
        .map(Message::from)
        .collect();
    let limit = usize::try_from(limit).expect("a limit is checked to be positive");
    let more = items.len() > limit;
    items.truncate(limit);
    let next = if more { items.last().map(|last| last.seq.to_string()) } else { None };
    Ok(Json(Page { items, next }))
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Because(..) => Self::NotFound,
            Denied::Store(error) => error.into(),
        }
    }
}

pub(super) fn actor(me: &SignedIn) -> Actor {
    Actor { id: *me.user.id, name: me.user.name.clone(), role: *me.user.role }
}

pub(super) fn sight_of(me: &SignedIn) -> Sight {
    match *me.user.role {
        Role::Agent => Sight::Of(*me.user.id),
        Role::Supervisor | Role::Admin => Sight::All,
    }
}

fn parse_after([requested_at, id]: [String; 2]) -> Answer<Option<After>> {
    if id.is_empty() {
        return Ok(None);
    }
    let foreign = || Problem::field("?after", "is not a cursor of this list");
    let requested_at = requested_at.parse().map_err(|_| foreign())?;
    Ok(Some(After { requested_at, id: id.parse().map_err(|_| foreign())? }))
}
