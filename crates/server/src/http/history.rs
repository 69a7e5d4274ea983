//! Owns the list of ended chats of a site at `/api/v1/sites/{id}/history`. One of them, and what was said in it, stands in
//! `chat`.

use axum::Json;
use axum::extract::State;
use beckon_engine::id::{CustomerId, QueueId, SiteId, UserId};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::Agent;
use super::chat::sight_of;
use super::error::{Answer, Problem};
use super::extract::{Id, Params};
use super::openapi::Refusals;
use super::page::{Page, PageParams};
use super::{Api, site};
use crate::driver::notice::agent::Chat;
use crate::driver::view::Company;
use crate::store::chat_view::ChatViewRow;
use crate::store::history::{HistoryFilter, list_history};

const TEXT_CHARS_MAX: usize = 100;

/// Which ended chats to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct HistoryParams {
    /// Only those of this queue.
    queue: Option<QueueId>,
    /// Only those that this agent had.
    agent: Option<UserId>,
    /// Only those of this customer.
    customer: Option<CustomerId>,
    /// Only those that came to this; at most 100 characters.
    disposition: Option<String>,
    /// Only those with this tag; at most 100 characters.
    tag: Option<String>,
    /// Ended then or later, milliseconds since 1970.
    from: Option<i64>,
    /// Ended before, milliseconds since 1970.
    until: Option<i64>,
    /// Only those with words that begin like all of these, in the visitor's name, answers, messages or notes; at most 100
    /// characters.
    #[serde(default)]
    q: String,
    /// Most items on the page, 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// The `next` of the page before; absent for the first page.
    after: Option<String>,
}

/// The route.
pub(super) fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list))
}

/// The ended chats of a site, the latest first: supervisors all, agents those they had and, once they are put away, those
/// of the queues they serve.
#[utoipa::path(get, path = "/api/v1/sites/{id}/history", operation_id = "list_history", tag = "chats",
    params(("id" = SiteId, Path), HistoryParams), security(("session" = [])),
    responses((status = 200, description = "One page", body = Page<Chat>), Refusals))]
async fn list(
    State(api): State<Api>,
    Agent(me): Agent,
    Id(site): Id<SiteId>,
    Params(params): Params<HistoryParams>,
) -> Answer<Json<Page<Chat>>> {
    let page = PageParams::new(params.limit, params.after);
    let limit = page.limit()?;
    let after = parse_after(page.after()?)?;
    for (name, text) in [
        ("?q", Some(&params.q)),
        ("?disposition", params.disposition.as_ref()),
        ("?tag", params.tag.as_ref()),
    ] {
        if text.is_some_and(|text| text.chars().count() > TEXT_CHARS_MAX || text.contains('\0')) {
            return Err(Problem::field(name, "is not a text of at most 100 characters"));
        }
    }
    let filter = HistoryFilter {
        sight: sight_of(&me),
        site,
        queue: params.queue,
        agent: params.agent,
        customer: params.customer,
        disposition: params.disposition,
        tag: params.tag,
        from: params.from.unwrap_or(i64::MIN),
        until: params.until.unwrap_or(i64::MAX),
        text: params.q,
    };
    let mut tx = api.store.read().await?;
    site::find(&mut tx, site).await?;
    let rows = list_history(&mut tx, &filter, after, limit + 1).await?;
    drop(tx);
    let key = |row: &ChatViewRow| [row.ended_at.unwrap_or_default().to_string(), row.id.to_string()];
    let Page { items, next } = Page::cut(rows, limit, key, |row| row);
    let mut chats = Vec::with_capacity(items.len());
    for row in items {
        let chat = api.driver.console_chat(row, Company::default()).await;
        chats.push(chat.shown_to(*me.user.id, *me.user.role, true));
    }
    Ok(Json(Page { items: chats, next }))
}

fn parse_after([ended_at, id]: [String; 2]) -> Answer<Option<(i64, beckon_engine::id::ChatId)>> {
    if id.is_empty() {
        return Ok(None);
    }
    let foreign = || Problem::field("?after", "is not a cursor of this list");
    let ended_at = ended_at.parse().map_err(|_| foreign())?;
    Ok(Some((ended_at, id.parse().map_err(|_| foreign())?)))
}
