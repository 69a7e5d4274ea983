//! Owns the SQL of the second step of signing in: what app and server share, which codes were used, and recovery codes.

use std::collections::BTreeSet;

use beckon_engine::id::UserId;
use beckon_engine::time::UnixMs;

use super::column::Text;
use super::sql::{execute, fetch_all, fetch_one, fetch_optional};
use super::{StoreResult, Tx};

/// The second step of a user.
#[derive(Clone, sqlx::FromRow)]
pub struct SecondStepRow {
    /// What app and server share, sealed; in Base32 once opened.
    pub secret: String,
    /// When a first code showed that the app has it; none while it asks nobody for anything.
    pub confirmed_at: Option<i64>,
}

impl std::fmt::Debug for SecondStepRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecondStepRow").field("confirmed_at", &self.confirmed_at).finish_non_exhaustive()
    }
}

/// Finds the second step of a user, confirmed or not.
///
/// # Errors
/// When the database failed.
pub async fn find_second_step(tx: &mut Tx, user: UserId) -> StoreResult<Option<SecondStepRow>> {
    fetch_optional!(
        tx,
        SecondStepRow,
        "SELECT secret, confirmed_at FROM user_totp WHERE user_id = $1",
        Text(user)
    )
}

/// Whether a user has a second step that was confirmed.
///
/// # Errors
/// When the database failed.
pub async fn has_second_step(tx: &mut Tx, user: UserId) -> StoreResult<bool> {
    Ok(find_second_step(tx, user).await?.is_some_and(|step| step.confirmed_at.is_some()))
}

/// Everyone who has a second step that was confirmed.
///
/// # Errors
/// When the database failed.
pub async fn list_users_with_second_step(tx: &mut Tx) -> StoreResult<BTreeSet<UserId>> {
    let rows: Vec<(Text<UserId>,)> =
        fetch_all!(tx, (Text<UserId>,), "SELECT user_id FROM user_totp WHERE confirmed_at IS NOT NULL")?;
    Ok(rows.into_iter().map(|(user,)| *user).collect())
}

/// Writes a secret that is to be confirmed, instead of one that was not; false when one is confirmed already.
///
/// # Errors
/// `InUse` when there is no such user.
pub async fn update_second_step_begun(tx: &mut Tx, user: UserId, secret: &str) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "INSERT INTO user_totp (user_id, secret, confirmed_at, last_step) VALUES ($1, $2, NULL, 0)
         ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, last_step = 0
         WHERE user_totp.confirmed_at IS NULL",
        Text(user),
        secret,
    )?;
    Ok(rows == 1)
}

/// Records that a code showed that the app has the secret. The session in which it did need not wait for it any more; others that
/// had to wait for it end, because nobody gave a code there.
///
/// # Errors
/// When the database failed.
pub async fn update_second_step_confirmed(
    tx: &mut Tx,
    user: UserId,
    session: &str,
    now: UnixMs,
) -> StoreResult<()> {
    execute!(tx, "UPDATE user_totp SET confirmed_at = $2 WHERE user_id = $1", Text(user), now.0)?;
    execute!(
        tx,
        "DELETE FROM sessions WHERE user_id = $1 AND must_set_up AND token_hash <> $2",
        Text(user),
        session,
    )?;
    execute!(tx, "UPDATE sessions SET must_set_up = FALSE WHERE token_hash = $1", session)?;
    Ok(())
}

/// Uses the code of a step; false when it, or a later one, was used before.
///
/// # Errors
/// When the database failed.
pub async fn update_second_step_used(tx: &mut Tx, user: UserId, step: i64) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE user_totp SET last_step = $2 WHERE user_id = $1 AND last_step < $2",
        Text(user),
        step
    )?;
    Ok(rows == 1)
}

/// Takes the second step of a user away, with the recovery codes; false when there was none that asked for anything.
///
/// # Errors
/// When the database failed.
pub async fn delete_second_step(tx: &mut Tx, user: UserId) -> StoreResult<bool> {
    let had = has_second_step(tx, user).await?;
    execute!(tx, "DELETE FROM recovery_codes WHERE user_id = $1", Text(user))?;
    execute!(tx, "DELETE FROM user_totp WHERE user_id = $1", Text(user))?;
    Ok(had)
}

/// Writes the hashes of recovery codes, instead of those there were.
///
/// # Errors
/// When the database failed.
pub async fn update_recovery_codes(tx: &mut Tx, user: UserId, hashes: &[String]) -> StoreResult<()> {
    execute!(tx, "DELETE FROM recovery_codes WHERE user_id = $1", Text(user))?;
    for hash in hashes {
        execute!(
            tx,
            "INSERT INTO recovery_codes (user_id, code_hash) VALUES ($1, $2)",
            Text(user),
            hash.as_str()
        )?;
    }
    Ok(())
}

/// Uses a recovery code; false when it is none, or was used.
///
/// # Errors
/// When the database failed.
pub async fn delete_recovery_code(tx: &mut Tx, user: UserId, hash: &str) -> StoreResult<bool> {
    let rows =
        execute!(tx, "DELETE FROM recovery_codes WHERE user_id = $1 AND code_hash = $2", Text(user), hash)?;
    Ok(rows == 1)
}

/// How many recovery codes a user has left.
///
/// # Errors
/// When the database failed.
pub async fn find_recovery_code_count(tx: &mut Tx, user: UserId) -> StoreResult<i64> {
    let (count,): (i64,) =
        fetch_one!(tx, (i64,), "SELECT COUNT(*) FROM recovery_codes WHERE user_id = $1", Text(user))?;
    Ok(count)
}
