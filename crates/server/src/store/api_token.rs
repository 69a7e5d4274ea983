//! Owns the SQL of API tokens: programs that call the interface in somebody's name.

use beckon_engine::id::UserId;
use beckon_engine::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::column::{Json, Text};
use super::sql::{execute, fetch_all, fetch_one, fetch_optional};
use super::user::UserRow;
use super::{StoreResult, Tx};

/// What a token may be used for. Who may change something may read it too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub enum Scope {
    /// Read sites, rules, offers, queues, canned replies, webhooks and the workspace.
    #[serde(rename = "configuration:read")]
    ConfigurationRead,
    /// Change them.
    #[serde(rename = "configuration:write")]
    ConfigurationWrite,
    /// Read visits, decisions, chats, enquiries and the wallboard.
    #[serde(rename = "conversations:read")]
    ConversationsRead,
    /// Change them.
    #[serde(rename = "conversations:write")]
    ConversationsWrite,
    /// Read customers and what is held on them.
    #[serde(rename = "customers:read")]
    CustomersRead,
    /// Change, import, merge and erase them.
    #[serde(rename = "customers:write")]
    CustomersWrite,
    /// Read users and the audit log.
    #[serde(rename = "administration:read")]
    AdministrationRead,
    /// Change users, with their passwords and roles.
    #[serde(rename = "administration:write")]
    AdministrationWrite,
}

/// An API token, without the token.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ApiTokenRow {
    /// Identity.
    pub id: Text<Uuid>,
    /// Its last characters.
    pub ending: String,
    /// In whose name it acts.
    pub user_id: Text<UserId>,
    /// Name in lists.
    pub name: String,
    /// What it may be used for.
    pub scopes: Json<Vec<Scope>>,
    /// When it was made.
    pub created_at: i64,
    /// When it ends; none when it does not.
    pub expires_at: Option<i64>,
    /// When it was last used, to the minute; none when it never was.
    pub last_used_at: Option<i64>,
}

/// A token in use, with the user in whose name it acts.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct TokenInUseRow {
    /// Identity.
    pub token_id: Text<Uuid>,
    /// Name in lists.
    pub token_name: String,
    /// What it may be used for.
    pub scopes: Json<Vec<Scope>>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<i64>,
    /// In whose name it acts.
    #[sqlx(flatten)]
    pub user: UserRow,
}

/// Adds a token.
///
/// # Errors
/// `InUse` when there is no such user.
pub async fn insert_api_token(tx: &mut Tx, row: &ApiTokenRow, token_hash: &str) -> StoreResult<()> {
    execute!(
        tx,
        "INSERT INTO api_tokens (id, token_hash, ending, user_id, name, scopes, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        row.id,
        token_hash,
        row.ending.as_str(),
        row.user_id,
        row.name.as_str(),
        &row.scopes,
        row.created_at,
        row.expires_at,
    )?;
    Ok(())
}

/// All tokens, by name.
///
/// # Errors
/// When the database failed.
pub async fn list_api_tokens(tx: &mut Tx) -> StoreResult<Vec<ApiTokenRow>> {
    fetch_all!(
        tx,
        ApiTokenRow,
        "SELECT id, ending, user_id, name, scopes, created_at, expires_at, last_used_at FROM api_tokens
         ORDER BY lower(name), id",
    )
}

/// How many tokens there are.
///
/// # Errors
/// When the database failed.
pub async fn find_api_token_count(tx: &mut Tx) -> StoreResult<i64> {
    let (count,): (i64,) = fetch_one!(tx, (i64,), "SELECT COUNT(*) FROM api_tokens")?;
    Ok(count)
}

/// Finds a token.
///
/// # Errors
/// When the database failed.
pub async fn find_api_token(tx: &mut Tx, id: Uuid) -> StoreResult<Option<ApiTokenRow>> {
    fetch_optional!(
        tx,
        ApiTokenRow,
        "SELECT id, ending, user_id, name, scopes, created_at, expires_at, last_used_at FROM api_tokens
         WHERE id = $1",
        Text(id),
    )
}

/// Finds the token with this hash that has not ended, unless its user is disabled.
///
/// # Errors
/// When the database failed.
pub async fn find_token_in_use(
    tx: &mut Tx,
    token_hash: &str,
    now: UnixMs,
) -> StoreResult<Option<TokenInUseRow>> {
    fetch_optional!(
        tx,
        TokenInUseRow,
        "SELECT t.id AS token_id, t.name AS token_name, t.scopes, t.last_used_at,
                u.id, u.email, u.name, u.role, u.slots, u.password_hash, u.disabled, u.created_at
         FROM api_tokens t JOIN users u ON u.id = t.user_id
         WHERE t.token_hash = $1 AND (t.expires_at IS NULL OR t.expires_at > $2) AND NOT u.disabled",
        token_hash,
        now.0,
    )
}

/// Writes down that a token was used.
///
/// # Errors
/// When the database failed.
pub async fn update_api_token_used(tx: &mut Tx, id: Uuid, now: UnixMs) -> StoreResult<()> {
    execute!(tx, "UPDATE api_tokens SET last_used_at = $2 WHERE id = $1", Text(id), now.0)?;
    Ok(())
}

/// Takes a token away.
///
/// # Errors
/// When the database failed.
pub async fn delete_api_token(tx: &mut Tx, id: Uuid) -> StoreResult<()> {
    execute!(tx, "DELETE FROM api_tokens WHERE id = $1", Text(id))?;
    Ok(())
}
