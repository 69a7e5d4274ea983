//! Owns the SQL of sign-ins through a provider that are under way. Each is good once and for some minutes.

use beckon_engine::id::UserId;
use beckon_engine::time::UnixMs;

use super::column::Text;
use super::sql::{execute, fetch_optional};
use super::{StoreResult, Tx};

/// A sign-in that is under way.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AttemptRow {
    /// Hash of what the browser's cookie holds.
    pub token_hash: String,
    /// Where the provider sends the browser back to.
    pub redirect_url: String,
    /// The page that the browser sees then.
    pub page: String,
    /// Who it is, once the provider has said it and only the code of the second step is awaited.
    pub user_id: Option<Text<UserId>>,
    /// When it ends.
    pub expires_at: i64,
}

/// Adds a sign-in.
///
/// # Errors
/// When the database failed.
pub async fn insert_attempt(tx: &mut Tx, row: &AttemptRow) -> StoreResult<()> {
    execute!(
        tx,
        "INSERT INTO sign_in_attempts (token_hash, redirect_url, page, user_id, expires_at) VALUES ($1, $2, $3, $4, $5)",
        row.token_hash.as_str(),
        row.redirect_url.as_str(),
        row.page.as_str(),
        row.user_id,
        row.expires_at,
    )?;
    Ok(())
}

/// Finds a sign-in that has not ended.
///
/// # Errors
/// When the database failed.
pub async fn find_attempt(tx: &mut Tx, token_hash: &str, now: UnixMs) -> StoreResult<Option<AttemptRow>> {
    fetch_optional!(
        tx,
        AttemptRow,
        "SELECT token_hash, redirect_url, page, user_id, expires_at FROM sign_in_attempts
         WHERE token_hash = $1 AND expires_at > $2",
        token_hash,
        now.0,
    )
}

/// Takes a sign-in away; false when it was taken already.
///
/// # Errors
/// When the database failed.
pub async fn delete_attempt(tx: &mut Tx, token_hash: &str) -> StoreResult<bool> {
    Ok(execute!(tx, "DELETE FROM sign_in_attempts WHERE token_hash = $1", token_hash)? == 1)
}

/// Takes those away that have ended, and of the rest those that end first, so that at most `kept` stay.
///
/// # Errors
/// When the database failed.
pub async fn delete_attempts_beyond(tx: &mut Tx, now: UnixMs, kept: i64) -> StoreResult<()> {
    execute!(tx, "DELETE FROM sign_in_attempts WHERE expires_at <= $1", now.0)?;
    execute!(
        tx,
        "DELETE FROM sign_in_attempts WHERE token_hash IN (
             SELECT token_hash FROM sign_in_attempts ORDER BY expires_at DESC, token_hash LIMIT 1000 OFFSET $1)",
        kept,
    )?;
    Ok(())
}
