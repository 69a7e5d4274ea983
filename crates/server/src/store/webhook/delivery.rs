//! Owns the SQL of deliveries: what is to be told to each webhook, until it was taken or given up, with every try. Sends
//! nothing.

use beckon_engine::id::WebhookId;
use beckon_engine::time::UnixMs;
use uuid::Uuid;

use super::WebhookRow;
use super::event::{EventKind, body};
use crate::store::column::Text;
use crate::store::sql::{execute, fetch_all, fetch_optional};
use crate::store::{StoreResult, Tx};

/// Deliveries that may wait for one webhook; of what happens while so many wait, it is not told.
pub const DELIVERIES_WAITING_MAX: i64 = 10_000;
/// Settled deliveries that one sweep forgets.
const FORGOTTEN_AT_A_TIME: i64 = 1_000;

/// What is to be told to one webhook.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct DeliveryRow {
    /// What happened.
    pub event_id: Text<Uuid>,
    /// Who is told.
    pub webhook_id: Text<WebhookId>,
    /// What sort of thing.
    pub event: Text<EventKind>,
    /// What is posted, as it is signed.
    pub body: String,
    /// When it happened.
    pub created_at: i64,
    /// When it is tried next; `None` once it is delivered or given up.
    pub due_at: Option<i64>,
    /// The tries before the last replay.
    pub tries_since: i64,
    /// How often it was tried.
    pub tries: i64,
    /// When it was taken.
    pub delivered_at: Option<i64>,
}

/// One try of a delivery.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct TryRow {
    /// From 1.
    pub number: i64,
    /// When it began.
    pub at: i64,
    /// How long it took.
    pub took_ms: i64,
    /// The status of the answer; `None` where there was none.
    pub status: Option<i64>,
    /// The beginning of the answer, or why there was none.
    pub answer: String,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT event_id, webhook_id, event, body, created_at, due_at, tries_since, tries, delivered_at
             FROM webhook_deliveries ",
            $rest
        )
    };
}

/// Adds the delivery of a test to one webhook, enabled or not.
///
/// # Errors
/// When the database failed.
pub async fn insert_ping(tx: &mut Tx, event: Uuid, webhook: &WebhookRow, now: UnixMs) -> StoreResult<()> {
    let data = serde_json::json!({ "webhook_id": webhook.id.0, "name": webhook.name });
    execute!(
        tx,
        "INSERT INTO webhook_deliveries (event_id, webhook_id, event, body, created_at, due_at, tries_since, tries)
         VALUES ($1, $2, $3, $4, $5, $5, 0, 0)",
        Text(event),
        webhook.id,
        Text(EventKind::Ping),
        body(EventKind::Ping, &data, now),
        now.0,
    )?;
    Ok(())
}

/// Finds one delivery.
///
/// # Errors
/// When the database failed.
pub async fn find_delivery(tx: &mut Tx, webhook: WebhookId, event: Uuid) -> StoreResult<Option<DeliveryRow>> {
    fetch_optional!(
        tx,
        DeliveryRow,
        select!("WHERE event_id = $1 AND webhook_id = $2"),
        Text(event),
        Text(webhook),
    )
}

pub(in crate::store) const LIST: &str = select!(
    "WHERE webhook_id = $1 AND created_at <= $2 AND (created_at < $2 OR event_id < $3)
             ORDER BY created_at DESC, event_id DESC LIMIT $4"
);

/// Lists deliveries of a webhook, newest first, that come after the one of `before`: its time and event.
///
/// # Errors
/// When the database failed.
pub async fn list_deliveries(
    tx: &mut Tx,
    webhook: WebhookId,
    before: (i64, &str),
    limit: i64,
) -> StoreResult<Vec<DeliveryRow>> {
    fetch_all!(tx, DeliveryRow, LIST, Text(webhook), before.0, before.1, limit,)
}

/// A webhook that is disabled is told nothing but tests.
macro_rules! told {
    () => {
        "(webhooks.enabled OR d.event = 'ping')"
    };
}

/// Lists the webhooks to which something is due.
///
/// # Errors
/// When the database failed.
pub async fn list_due_webhooks(tx: &mut Tx, now: UnixMs) -> StoreResult<Vec<WebhookId>> {
    let rows = fetch_all!(
        tx,
        (Text<WebhookId>,),
        concat!(
            "SELECT id FROM webhooks WHERE EXISTS (
                 SELECT 1 FROM webhook_deliveries d WHERE d.webhook_id = webhooks.id AND d.due_at <= $1 AND ",
            told!(),
            ") ORDER BY id"
        ),
        now.0,
    )?;
    Ok(rows.into_iter().map(|(id,)| *id).collect())
}

/// Lists what is due to a webhook, the longest due first.
///
/// # Errors
/// When the database failed.
pub async fn list_due_deliveries(
    tx: &mut Tx,
    webhook: WebhookId,
    now: UnixMs,
    limit: i64,
) -> StoreResult<Vec<DeliveryRow>> {
    fetch_all!(
        tx,
        DeliveryRow,
        concat!(
            "SELECT d.event_id, d.webhook_id, d.event, d.body, d.created_at, d.due_at, d.tries_since, d.tries, d.delivered_at
             FROM webhook_deliveries d JOIN webhooks ON webhooks.id = d.webhook_id
             WHERE d.webhook_id = $1 AND d.due_at <= $2 AND ",
            told!(),
            " ORDER BY d.due_at, d.event_id LIMIT $3"
        ),
        Text(webhook),
        now.0,
        limit,
    )
}

/// Claims a delivery for one try, until `lease`: unless it is settled by then it is due again. Yields false when another node
/// was faster.
///
/// # Errors
/// When the database failed.
pub async fn update_delivery_claimed(tx: &mut Tx, row: &DeliveryRow, lease: UnixMs) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE webhook_deliveries SET tries = tries + 1, due_at = $4
         WHERE event_id = $1 AND webhook_id = $2 AND tries = $3 AND due_at IS NOT NULL",
        row.event_id,
        row.webhook_id,
        row.tries,
        lease.0,
    )?;
    Ok(rows == 1)
}

/// Notes how a try went: delivered at `delivered_at`, or tried again at `again_at`, or given up. A try that failed says
/// nothing of a delivery that was settled or given up meanwhile, or is tried anew.
///
/// # Errors
/// When the database failed.
pub async fn update_delivery_tried(
    tx: &mut Tx,
    row: &DeliveryRow,
    attempt: &TryRow,
    delivered_at: Option<UnixMs>,
    again_at: Option<UnixMs>,
) -> StoreResult<()> {
    execute!(
        tx,
        "UPDATE webhook_deliveries SET due_at = $3, delivered_at = COALESCE(delivered_at, $4)
         WHERE event_id = $1 AND webhook_id = $2
           AND (CAST($4 AS BIGINT) IS NOT NULL OR (tries = $5 AND due_at IS NOT NULL))",
        row.event_id,
        row.webhook_id,
        again_at.map(|at| at.0),
        delivered_at.map(|at| at.0),
        attempt.number,
    )?;
    // Where the webhook was deleted meanwhile there is nothing to note it at.
    execute!(
        tx,
        "INSERT INTO webhook_tries (event_id, webhook_id, number, at, took_ms, status, answer)
         SELECT event_id, webhook_id, $3, $4, $5, $6, $7 FROM webhook_deliveries
         WHERE event_id = $1 AND webhook_id = $2 ON CONFLICT DO NOTHING",
        row.event_id,
        row.webhook_id,
        attempt.number,
        attempt.at,
        attempt.took_ms,
        attempt.status,
        attempt.answer.as_str(),
    )?;
    Ok(())
}

/// Makes a delivery due again, as if it were new. Yields false when it waits anyway.
///
/// # Errors
/// When the database failed.
pub async fn update_delivery_replayed(
    tx: &mut Tx,
    webhook: WebhookId,
    event: Uuid,
    now: UnixMs,
) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE webhook_deliveries SET due_at = $3, tries_since = tries
         WHERE event_id = $1 AND webhook_id = $2 AND due_at IS NULL",
        Text(event),
        Text(webhook),
        now.0,
    )?;
    Ok(rows == 1)
}

/// Gives up what waits for a webhook.
///
/// # Errors
/// When the database failed.
pub async fn update_deliveries_given_up(tx: &mut Tx, webhook: WebhookId) -> StoreResult<()> {
    execute!(
        tx,
        "UPDATE webhook_deliveries SET due_at = NULL WHERE webhook_id = $1 AND due_at IS NOT NULL",
        Text(webhook),
    )?;
    Ok(())
}

/// Lists the tries of a delivery, the first one first.
///
/// # Errors
/// When the database failed.
pub async fn list_tries(tx: &mut Tx, webhook: WebhookId, event: Uuid) -> StoreResult<Vec<TryRow>> {
    fetch_all!(
        tx,
        TryRow,
        "SELECT number, at, took_ms, status, answer FROM webhook_tries
         WHERE event_id = $1 AND webhook_id = $2 ORDER BY number",
        Text(event),
        Text(webhook),
    )
}

/// Forgets some deliveries that were taken or given up and happened before `before`.
///
/// # Errors
/// When the database failed.
pub async fn delete_old_deliveries(tx: &mut Tx, before: UnixMs) -> StoreResult<()> {
    execute!(
        tx,
        "DELETE FROM webhook_deliveries WHERE (event_id, webhook_id) IN (
             SELECT event_id, webhook_id FROM webhook_deliveries
             WHERE due_at IS NULL AND created_at < $1 ORDER BY created_at LIMIT $2)",
        before.0,
        FORGOTTEN_AT_A_TIME,
    )?;
    Ok(())
}
