//! Owns the SQL of sessions: who is signed in, by the hash of a token that only the browser holds.

use beckon_engine::id::UserId;
use beckon_engine::time::UnixMs;

use super::column::Text;
use super::sql::{execute, fetch_optional};
use super::user::UserRow;
use super::{StoreResult, Tx};

/// A session that has not expired, with the user it belongs to.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SessionRow {
    /// When the session ends unless it is used.
    pub expires_at: i64,
    /// Who is signed in.
    #[sqlx(flatten)]
    pub user: UserRow,
}

/// Adds a session.
///
/// # Errors
/// `InUse` when there is no such user.
pub async fn insert_session(
    tx: &mut Tx,
    token_hash: &str,
    user: UserId,
    now: UnixMs,
    expires_at: UnixMs,
) -> StoreResult<()> {
    execute!(
        tx,
        "INSERT INTO sessions (token_hash, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4)",
        token_hash,
        Text(user),
        now.0,
        expires_at.0,
    )?;
    Ok(())
}

/// Finds the session with this token that has not expired, unless its user is disabled.
///
/// # Errors
/// When the database failed.
pub async fn find_session(tx: &mut Tx, token_hash: &str, now: UnixMs) -> StoreResult<Option<SessionRow>> {
    fetch_optional!(
        tx,
        SessionRow,
        "SELECT s.expires_at, u.id, u.email, u.name, u.role, u.slots, u.password_hash, u.disabled, u.created_at
         FROM sessions s JOIN users u ON u.id = s.user_id
         WHERE s.token_hash = $1 AND s.expires_at > $2 AND NOT u.disabled",
        token_hash,
        now.0,
    )
}

/// Whether a user has a session that has not expired.
///
/// # Errors
/// When the database failed.
pub async fn has_session(tx: &mut Tx, user: UserId, now: UnixMs) -> StoreResult<bool> {
    let found: Option<(i64,)> = fetch_optional!(
        tx,
        (i64,),
        "SELECT expires_at FROM sessions WHERE user_id = $1 AND expires_at > $2 LIMIT 1",
        Text(user),
        now.0,
    )?;
    Ok(found.is_some())
}

/// Moves the end of a session.
///
/// # Errors
/// When the database failed.
pub async fn update_session_expiry(tx: &mut Tx, token_hash: &str, expires_at: UnixMs) -> StoreResult<()> {
    execute!(tx, "UPDATE sessions SET expires_at = $2 WHERE token_hash = $1", token_hash, expires_at.0)?;
    Ok(())
}

/// Ends a session.
///
/// # Errors
/// When the database failed.
pub async fn delete_session(tx: &mut Tx, token_hash: &str) -> StoreResult<()> {
    execute!(tx, "DELETE FROM sessions WHERE token_hash = $1", token_hash)?;
    Ok(())
}

/// Ends all sessions of a user but the one with the token hash `except`; an empty `except` spares none.
///
/// # Errors
/// When the database failed.
pub async fn delete_sessions_of_user(tx: &mut Tx, user: UserId, except: &str) -> StoreResult<()> {
    execute!(tx, "DELETE FROM sessions WHERE user_id = $1 AND token_hash <> $2", Text(user), except)?;
    Ok(())
}

/// Removes the sessions that have expired; yields how many.
///
/// # Errors
/// When the database failed.
pub async fn delete_expired_sessions(tx: &mut Tx, now: UnixMs) -> StoreResult<u64> {
    execute!(tx, "DELETE FROM sessions WHERE expires_at <= $1", now.0)
}
