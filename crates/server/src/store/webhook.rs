//! Owns the SQL of webhooks (N-2): to which address what is told, and with which secret it is signed. What happened stands in
//! `event`, what is under way in `delivery`.

use beckon_engine::id::{SiteId, WebhookId};
use beckon_engine::time::UnixMs;

use super::column::{Json, Text};
use super::sql::{execute, fetch_all, fetch_one, fetch_optional};
use super::{StoreResult, Tx};
use event::EventKind;

pub mod delivery;
pub mod event;
pub mod loss;

/// Most webhooks of an installation: each event looks at all of them.
pub const WEBHOOKS_MAX: i64 = 50;

/// An address that is told what happens.
#[derive(Clone, sqlx::FromRow)]
pub struct WebhookRow {
    /// Identity.
    pub id: Text<WebhookId>,
    /// Name in lists.
    pub name: String,
    /// Where deliveries are posted.
    pub url: String,
    /// The secret that signs, sealed; in Base64 once opened.
    pub secret: String,
    /// When it was made.
    pub secret_at: i64,
    /// The one before, sealed.
    pub secret_before: Option<String>,
    /// Until when the one before signs too.
    pub secret_before_until: Option<i64>,
    /// Only what happens on this site.
    pub site_id: Option<Text<SiteId>>,
    /// What it is told.
    pub events: Json<Vec<EventKind>>,
    /// It is told anything at all.
    pub enabled: bool,
    /// Why Beckon itself disabled it; empty otherwise.
    pub disabled_why: String,
    /// Of how many events it was not told, because too much waited.
    pub lost: i64,
    /// When the last of them happened.
    pub lost_at: Option<i64>,
    /// When it was made.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
}

impl std::fmt::Debug for WebhookRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhookRow").field("id", &self.id.0).field("name", &self.name).finish_non_exhaustive()
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, url, secret, secret_at, secret_before, secret_before_until, site_id, events, enabled,
                    disabled_why, lost, lost_at, created_at, updated_at
             FROM webhooks ",
            $rest
        )
    };
}

/// Adds a webhook.
///
/// # Errors
/// When the database failed.
pub async fn insert_webhook(tx: &mut Tx, row: &WebhookRow) -> StoreResult<()> {
    execute!(
        tx,
        "INSERT INTO webhooks (id, name, url, secret, secret_at, site_id, events, enabled, disabled_why,
                               created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)",
        row.id,
        row.name.as_str(),
        row.url.as_str(),
        row.secret.as_str(),
        row.secret_at,
        row.site_id,
        Json(&row.events.0),
        row.enabled,
        row.disabled_why.as_str(),
        row.created_at,
    )?;
    Ok(())
}

/// Finds a webhook.
///
/// # Errors
/// When the database failed.
pub async fn find_webhook(tx: &mut Tx, id: WebhookId) -> StoreResult<Option<WebhookRow>> {
    fetch_optional!(tx, WebhookRow, select!("WHERE id = $1"), Text(id))
}

/// Counts the webhooks.
///
/// # Errors
/// When the database failed.
pub async fn find_webhook_count(tx: &mut Tx) -> StoreResult<i64> {
    let (count,) = fetch_one!(tx, (i64,), "SELECT COUNT(*) FROM webhooks")?;
    Ok(count)
}

/// Lists all webhooks by name; there are at most [`WEBHOOKS_MAX`].
///
/// # Errors
/// When the database failed.
pub async fn list_webhooks(tx: &mut Tx) -> StoreResult<Vec<WebhookRow>> {
    fetch_all!(tx, WebhookRow, select!("ORDER BY name, id"))
}

/// Writes what an administrator may change of a webhook.
///
/// # Errors
/// When the database failed.
pub async fn update_webhook(tx: &mut Tx, row: &WebhookRow) -> StoreResult<()> {
    execute!(
        tx,
        "UPDATE webhooks SET name = $2, url = $3, site_id = $4, events = $5, enabled = $6, disabled_why = $7,
                             updated_at = $8
         WHERE id = $1",
        row.id,
        row.name.as_str(),
        row.url.as_str(),
        row.site_id,
        Json(&row.events.0),
        row.enabled,
        row.disabled_why.as_str(),
        row.updated_at,
    )?;
    Ok(())
}

/// Gives a webhook a new secret; the one it had signs too until `before_until`.
///
/// # Errors
/// When the database failed.
pub async fn update_webhook_secret(
    tx: &mut Tx,
    id: WebhookId,
    secret: &str,
    now: UnixMs,
    before_until: UnixMs,
) -> StoreResult<()> {
    execute!(
        tx,
        "UPDATE webhooks SET secret_before = secret, secret_before_until = $4, secret = $2, secret_at = $3
         WHERE id = $1",
        Text(id),
        secret,
        now.0,
        before_until.0,
    )?;
    Ok(())
}

/// Disables a webhook whose address wants no more, and says why.
///
/// # Errors
/// When the database failed.
pub async fn update_webhook_disabled(tx: &mut Tx, id: WebhookId, why: &str, now: UnixMs) -> StoreResult<()> {
    execute!(
        tx,
        "UPDATE webhooks SET enabled = FALSE, disabled_why = $2, updated_at = $3 WHERE id = $1",
        Text(id),
        why,
        now.0,
    )?;
    Ok(())
}

/// Deletes a webhook, with what it was told.
///
/// # Errors
/// When the database failed.
pub async fn delete_webhook(tx: &mut Tx, id: WebhookId) -> StoreResult<()> {
    execute!(tx, "DELETE FROM webhooks WHERE id = $1", Text(id))?;
    Ok(())
}
