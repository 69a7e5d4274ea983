//! Owns the log of deliveries at `/api/v1/webhooks/{id}/deliveries`: what was told, how it was answered, telling it again, and
//! the test.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use beckon_engine::id::WebhookId;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::find;
use crate::http::Api;
use crate::http::auth::Admin;
use crate::http::error::{Answer, Problem};
use crate::http::extract::{Id, Params};
use crate::http::openapi::{ChangeRefusals, Refusals};
use crate::http::page::{Page, PageParams};
use crate::store::Tx;
use crate::store::webhook::delivery::{
    DeliveryRow, TryRow, find_delivery, insert_ping, list_deliveries, list_tries, update_delivery_replayed,
};
use crate::store::webhook::event::EventKind;

/// Tries after which a delivery is not told again.
const TRIES_MAX: i64 = 100;

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// To be tried, for the first time or again.
    Waiting,
    /// Taken, with a status from 200 to 299.
    Delivered,
    /// Not taken, and not tried any more.
    GivenUp,
}

/// What is to be told to a webhook.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookDelivery {
    /// What happened; the header `webhook-id`, the same in every try.
    pub event_id: Uuid,
    /// What sort of thing.
    pub event: EventKind,
    /// Where it stands.
    pub state: DeliveryState,
    /// When it happened, milliseconds since 1970.
    pub created_at: i64,
    /// When it is tried next; null when it is not.
    #[schema(required)]
    pub due_at: Option<i64>,
    /// How often it was tried.
    pub tries: i64,
    /// When it was first taken; null while it was not.
    #[schema(required)]
    pub delivered_at: Option<i64>,
}

/// One try.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryTry {
    /// From 1.
    pub number: i64,
    /// When it began, milliseconds since 1970.
    pub at: i64,
    /// How long it took.
    pub took_ms: i64,
    /// The status of the answer; null where there was none.
    #[schema(required)]
    pub status: Option<i64>,
    /// The beginning of the answer, or why there was none.
    pub answer: String,
}

/// A delivery with all that is known of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookDeliveryDetail {
    /// The delivery.
    pub delivery: WebhookDelivery,
    /// What is posted.
    pub body: String,
    /// Its tries, the first one first.
    pub tries: Vec<DeliveryTry>,
}

/// The routes of this resource.
pub(super) fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(replay))
        .routes(routes!(test))
}

/// The deliveries of a webhook, newest first. They are kept for 30 days. For administrators.
#[utoipa::path(
    get,
    path = "/api/v1/webhooks/{id}/deliveries",
    operation_id = "list_webhook_deliveries",
    tag = "webhooks",
    params(("id" = WebhookId, Path), PageParams),
    responses((status = 200, description = "One page", body = Page<WebhookDelivery>), Refusals),
    security(("session" = []))
)]
async fn list(
    State(api): State<Api>,
    _: Admin,
    Id(id): Id<WebhookId>,
    Params(page): Params<PageParams>,
) -> Answer<Json<Page<WebhookDelivery>>> {
    let limit = page.limit()?;
    let [at, event] = page.after()?;
    let at = if at.is_empty() { i64::MAX } else { at.parse().map_err(|_| not_a_cursor())? };
    let mut tx = api.store.read().await?;
    find(&mut tx, id).await?;
    let rows = list_deliveries(&mut tx, id, (at, &event), limit + 1).await?;
    let key = |row: &DeliveryRow| [row.created_at.to_string(), row.event_id.0.to_string()];
    Ok(Json(Page::cut(rows, limit, key, WebhookDelivery::from)))
}

/// One delivery, with its body and its tries. For administrators.
#[utoipa::path(
    get,
    path = "/api/v1/webhooks/{id}/deliveries/{event}",
    operation_id = "show_webhook_delivery",
    tag = "webhooks",
    params(("id" = WebhookId, Path), ("event" = Uuid, Path)),
    responses((status = 200, description = "The delivery", body = WebhookDeliveryDetail), Refusals),
    security(("session" = []))
)]
async fn show(
    State(api): State<Api>,
    _: Admin,
    Path((id, event)): Path<(String, String)>,
) -> Answer<Json<WebhookDeliveryDetail>> {
    let (id, event) = ids(&id, &event)?;
    let mut tx = api.store.read().await?;
    let row = find_one(&mut tx, id, event).await?;
    let tries = list_tries(&mut tx, id, event).await?;
    let body = row.body.clone();
    let tries = tries.into_iter().map(DeliveryTry::from).collect();
    Ok(Json(WebhookDeliveryDetail { delivery: row.into(), body, tries }))
}

/// Tell it again, under the same id. For administrators.
#[utoipa::path(
    post,
    path = "/api/v1/webhooks/{id}/deliveries/{event}/replay",
    operation_id = "replay_webhook_delivery",
    tag = "webhooks",
    params(("id" = WebhookId, Path), ("event" = Uuid, Path)),
    responses((status = 202, description = "It is due", body = WebhookDelivery), ChangeRefusals),
    security(("session" = []))
)]
async fn replay(
    State(api): State<Api>,
    _: Admin,
    Path((id, event)): Path<(String, String)>,
) -> Answer<(StatusCode, Json<WebhookDelivery>)> {
    let (id, event) = ids(&id, &event)?;
    let mut tx = api.change().await?;
    let row = find_one(&mut tx, id, event).await?;
    if row.tries >= TRIES_MAX {
        return Err(Problem::LimitReached(TRIES_MAX));
    }
    if !find(&mut tx, id).await?.enabled && *row.event != EventKind::Ping {
        return Err(Problem::InUse("The webhook is disabled. Enable it first.".to_owned()));
    }
    update_delivery_replayed(&mut tx, id, event, api.clock.now()).await?;
    let row = find_one(&mut tx, id, event).await?;
    tx.commit().await?;
    Ok((StatusCode::ACCEPTED, Json(row.into())))
}

/// Send a `ping`, also to a webhook that is disabled. For administrators.
#[utoipa::path(
    post,
    path = "/api/v1/webhooks/{id}/test",
    operation_id = "test_webhook",
    tag = "webhooks",
    params(("id" = WebhookId, Path)),
    responses((status = 202, description = "It is due", body = WebhookDelivery), ChangeRefusals),
    security(("session" = []))
)]
async fn test(
    State(api): State<Api>,
    _: Admin,
    Id(id): Id<WebhookId>,
) -> Answer<(StatusCode, Json<WebhookDelivery>)> {
    let event = api.clock.new_id();
    let mut tx = api.change().await?;
    let webhook = find(&mut tx, id).await?;
    insert_ping(&mut tx, event, &webhook, api.clock.now()).await?;
    let row = find_one(&mut tx, id, event).await?;
    tx.commit().await?;
    Ok((StatusCode::ACCEPTED, Json(row.into())))
}

fn ids(id: &str, event: &str) -> Answer<(WebhookId, Uuid)> {
    let (id, event) = (id.parse(), event.parse());
    Ok((id.map_err(|_| Problem::NotFound)?, event.map_err(|_| Problem::NotFound)?))
}

async fn find_one(tx: &mut Tx, id: WebhookId, event: Uuid) -> Answer<DeliveryRow> {
    find_delivery(tx, id, event).await?.ok_or(Problem::NotFound)
}

fn not_a_cursor() -> Problem {
    Problem::field("?after", "is not a cursor of this list")
}

impl From<DeliveryRow> for WebhookDelivery {
    fn from(row: DeliveryRow) -> Self {
        let state = match (row.due_at, row.delivered_at) {
            (Some(_), _) => DeliveryState::Waiting,
            (None, Some(_)) => DeliveryState::Delivered,
            (None, None) => DeliveryState::GivenUp,
        };
        Self {
            event_id: row.event_id.0,
            event: row.event.0,
            state,
            created_at: row.created_at,
            due_at: row.due_at,
            tries: row.tries,
            delivered_at: row.delivered_at,
        }
    }
}

impl From<TryRow> for DeliveryTry {
    fn from(row: TryRow) -> Self {
        Self { number: row.number, at: row.at, took_ms: row.took_ms, status: row.status, answer: row.answer }
    }
}
