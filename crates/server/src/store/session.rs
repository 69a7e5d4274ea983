//! Owns the SQL of sessions: who is signed in, by the hash of a token that only the browser holds.

use beckon_engine::id::UserId;
use beckon_engine::time::UnixMs;
use uuid::Uuid;

use super::column::Text;
use super::sql::{execute, fetch_all, fetch_optional};
use super::user::UserRow;
use super::{StoreResult, Tx};

/// A session that has not expired, with the user it belongs to.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SessionRow {
    /// When the session was last used, to some minutes.
    pub used_at: i64,
    /// The second step is to be set up before anything else.
    pub must_set_up: bool,
    /// Who is signed in.
    #[sqlx(flatten)]
    pub user: UserRow,
}

/// A session that begins.
#[derive(Clone, Copy, Debug)]
pub struct NewSession<'a> {
    /// By which it is named to its owner.
    pub id: Uuid,
    /// Hash of the token that only the browser holds.
    pub token_hash: &'a str,
    /// Who is signed in.
    pub user: UserId,
    /// What the browser says it is; empty when it says nothing.
    pub browser: &'a str,
    /// The system it says it runs on; empty when it names none that is known.
    pub system: &'a str,
    /// The address without its last part; empty when it is not known.
    pub network: &'a str,
    /// The second step is to be set up before anything else.
    pub must_set_up: bool,
    /// When it begins.
    pub now: UnixMs,
    /// When it ends unless it is used.
    pub expires_at: UnixMs,
}

/// A session as its owner sees it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OwnSessionRow {
    /// Identity.
    pub id: Text<Uuid>,
    /// Hash of its token.
    pub token_hash: String,
    /// What the browser said it is; empty when it said nothing.
    pub browser: String,
    /// The system it said it runs on; empty when it named none that is known.
    pub system: String,
    /// The address without its last part; empty when it is not known.
    pub network: String,
    /// When it began.
    pub created_at: i64,
    /// When it was last used, to some minutes.
    pub used_at: i64,
}

/// Adds a session.
///
/// # Errors
/// `InUse` when there is no such user.
pub async fn insert_session(tx: &mut Tx, new: NewSession<'_>) -> StoreResult<()> {
    execute!(
        tx,
        "INSERT INTO sessions (id, token_hash, user_id, browser, system, network, created_at, used_at, expires_at,
                               must_set_up)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9)",
        Text(new.id),
        new.token_hash,
        Text(new.user),
        new.browser,
        new.system,
        new.network,
        new.now.0,
        new.expires_at.0,
        new.must_set_up,
    )?;
    Ok(())
}

/// The sessions of a user that have not expired, the one used last first.
///
/// # Errors
/// When the database failed.
pub async fn list_sessions_of_user(
    tx: &mut Tx,
    user: UserId,
    now: UnixMs,
) -> StoreResult<Vec<OwnSessionRow>> {
    fetch_all!(
        tx,
        OwnSessionRow,
        "SELECT id, token_hash, browser, system, network, created_at, used_at FROM sessions
         WHERE user_id = $1 AND expires_at > $2 ORDER BY used_at DESC, id DESC",
        Text(user),
        now.0,
    )
}

/// Finds the session with this token that has not expired, unless its user is disabled.
///
/// # Errors
/// When the database failed.
pub async fn find_session(tx: &mut Tx, token_hash: &str, now: UnixMs) -> StoreResult<Option<SessionRow>> {
    fetch_optional!(
        tx,
        SessionRow,
        "SELECT s.used_at, s.must_set_up, u.id, u.email, u.name, u.role, u.slots, u.password_hash, u.disabled, u.created_at
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

/// Writes down that a session is used, and moves its end.
///
/// # Errors
/// When the database failed.
pub async fn update_session_used(
    tx: &mut Tx,
    token_hash: &str,
    now: UnixMs,
    expires_at: UnixMs,
) -> StoreResult<()> {
    execute!(
        tx,
        "UPDATE sessions SET used_at = $2, expires_at = $3 WHERE token_hash = $1",
        token_hash,
        now.0,
        expires_at.0,
    )?;
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

/// Ends the session of this user that has this id; false when there is none.
///
/// # Errors
/// When the database failed.
pub async fn delete_session_of_user(tx: &mut Tx, user: UserId, id: Uuid) -> StoreResult<bool> {
    let rows = execute!(tx, "DELETE FROM sessions WHERE user_id = $1 AND id = $2", Text(user), Text(id))?;
    Ok(rows == 1)
}

/// Ends the sessions of a user beyond the `kept` that were used last.
///
/// # Errors
/// When the database failed.
pub async fn delete_sessions_beyond(tx: &mut Tx, user: UserId, kept: i64) -> StoreResult<()> {
    execute!(
        tx,
        "DELETE FROM sessions WHERE user_id = $1 AND token_hash NOT IN (
             SELECT token_hash FROM sessions WHERE user_id = $1 ORDER BY used_at DESC, id DESC LIMIT $2)",
        Text(user),
        kept,
    )?;
    Ok(())
}

/// Ends all sessions of a user but the one with the token hash `except`; an empty `except` spares none. Yields how many.
///
/// # Errors
/// When the database failed.
pub async fn delete_sessions_of_user(tx: &mut Tx, user: UserId, except: &str) -> StoreResult<u64> {
    execute!(tx, "DELETE FROM sessions WHERE user_id = $1 AND token_hash <> $2", Text(user), except)
}

/// Removes the sessions that have expired; yields how many.
///
/// # Errors
/// When the database failed.
pub async fn delete_expired_sessions(tx: &mut Tx, now: UnixMs) -> StoreResult<u64> {
    execute!(tx, "DELETE FROM sessions WHERE expires_at <= $1", now.0)
}
