//! Owns the SQL of who somebody is at a provider of single sign-on.

use std::collections::BTreeSet;

use beckon_engine::id::UserId;
use beckon_engine::time::UnixMs;

use super::column::Text;
use super::sql::{execute, fetch_all, fetch_optional};
use super::{StoreResult, Tx};

/// Finds whose a subject of a provider is.
///
/// # Errors
/// When the database failed.
pub async fn find_user_of_identity(tx: &mut Tx, issuer: &str, subject: &str) -> StoreResult<Option<UserId>> {
    let row: Option<(Text<UserId>,)> = fetch_optional!(
        tx,
        (Text<UserId>,),
        "SELECT user_id FROM user_identities WHERE issuer = $1 AND subject = $2",
        issuer,
        subject,
    )?;
    Ok(row.map(|(user,)| *user))
}

/// Whether a user is somebody at any provider.
///
/// # Errors
/// When the database failed.
pub async fn has_identity(tx: &mut Tx, user: UserId) -> StoreResult<bool> {
    let row: Option<(String,)> = fetch_optional!(
        tx,
        (String,),
        "SELECT issuer FROM user_identities WHERE user_id = $1 LIMIT 1",
        Text(user),
    )?;
    Ok(row.is_some())
}

/// Whether a user is somebody at this provider.
///
/// # Errors
/// When the database failed.
pub async fn has_identity_at(tx: &mut Tx, user: UserId, issuer: &str) -> StoreResult<bool> {
    let row: Option<(String,)> = fetch_optional!(
        tx,
        (String,),
        "SELECT subject FROM user_identities WHERE user_id = $1 AND issuer = $2",
        Text(user),
        issuer,
    )?;
    Ok(row.is_some())
}

/// Everyone who is somebody at any provider.
///
/// # Errors
/// When the database failed.
pub async fn list_users_with_identity(tx: &mut Tx) -> StoreResult<BTreeSet<UserId>> {
    let rows: Vec<(Text<UserId>,)> =
        fetch_all!(tx, (Text<UserId>,), "SELECT DISTINCT user_id FROM user_identities")?;
    Ok(rows.into_iter().map(|(user,)| *user).collect())
}

/// Notes who a user is at a provider.
///
/// # Errors
/// `Taken` when the subject is another user's, or the user another subject there.
pub async fn insert_identity(
    tx: &mut Tx,
    issuer: &str,
    subject: &str,
    user: UserId,
    now: UnixMs,
) -> StoreResult<()> {
    execute!(
        tx,
        "INSERT INTO user_identities (issuer, subject, user_id, created_at) VALUES ($1, $2, $3, $4)",
        issuer,
        subject,
        Text(user),
        now.0,
    )?;
    Ok(())
}

/// Forgets who a user is at providers; false when they were nobody there.
///
/// # Errors
/// When the database failed.
pub async fn delete_identities(tx: &mut Tx, user: UserId) -> StoreResult<bool> {
    Ok(execute!(tx, "DELETE FROM user_identities WHERE user_id = $1", Text(user))? > 0)
}
