//! Owns the SQL of idempotency keys: what a request was answered, so that it is not done again when it is sent again.

use beckon_engine::id::UserId;
use beckon_engine::time::UnixMs;

use super::column::Text;
use super::sql::{execute, fetch_optional};
use super::user::Role;
use super::{StoreResult, Tx};

/// What is known of a request that named a key.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct KeyRow {
    /// Role of whoever named it, then.
    pub role: Text<Role>,
    /// Hash of what was asked for.
    pub fingerprint: String,
    /// What it was answered with; none while it is under way, or when the server fell over it.
    pub status: Option<i64>,
    /// The body of that answer.
    pub body: Option<String>,
}

/// Takes a key for a request that begins; false when the key was named before.
///
/// # Errors
/// When the database failed.
pub async fn insert_idempotency_key(
    tx: &mut Tx,
    user: UserId,
    role: Role,
    key: &str,
    fingerprint: &str,
    now: UnixMs,
) -> StoreResult<bool> {
    let taken = execute!(
        tx,
        "INSERT INTO idempotency_keys (user_id, role, key, fingerprint, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (user_id, key) DO NOTHING",
        Text(user),
        Text(role),
        key,
        fingerprint,
        now.0,
    )?;
    Ok(taken > 0)
}

/// Finds what is known of a key.
///
/// # Errors
/// When the database failed.
pub async fn find_idempotency_key(tx: &mut Tx, user: UserId, key: &str) -> StoreResult<Option<KeyRow>> {
    fetch_optional!(
        tx,
        KeyRow,
        "SELECT role, fingerprint, status, body FROM idempotency_keys WHERE user_id = $1 AND key = $2",
        Text(user),
        key,
    )
}

/// Writes down what a request was answered.
///
/// # Errors
/// When the database failed.
pub async fn update_idempotency_key(
    tx: &mut Tx,
    user: UserId,
    key: &str,
    status: i64,
    body: &str,
) -> StoreResult<()> {
    execute!(
        tx,
        "UPDATE idempotency_keys SET status = $3, body = $4 WHERE user_id = $1 AND key = $2",
        Text(user),
        key,
        status,
        body,
    )?;
    Ok(())
}

/// Gives a key free: nothing was done.
///
/// # Errors
/// When the database failed.
pub async fn delete_idempotency_key(tx: &mut Tx, user: UserId, key: &str) -> StoreResult<()> {
    execute!(tx, "DELETE FROM idempotency_keys WHERE user_id = $1 AND key = $2", Text(user), key)?;
    Ok(())
}

/// Forgets keys from before `until`, at most `limit`.
///
/// # Errors
/// When the database failed.
pub async fn delete_old_idempotency_keys(tx: &mut Tx, until: UnixMs, limit: i64) -> StoreResult<()> {
    execute!(
        tx,
        "DELETE FROM idempotency_keys WHERE (user_id, key) IN (
             SELECT user_id, key FROM idempotency_keys WHERE created_at < $1 ORDER BY created_at LIMIT $2)",
        until.0,
        limit,
    )?;
    Ok(())
}
