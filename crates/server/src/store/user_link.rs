//! Owns the SQL of links with which somebody chooses a password: one a user, by the hash of a token that only the link carries.

use beckon_engine::id::UserId;
use beckon_engine::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::column::Text;
use super::sql::{execute, fetch_all, fetch_optional};
use super::user::UserRow;
use super::{StoreResult, Tx};

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// The first password of somebody who was invited.
    Invitation,
    /// Another password for one that was lost.
    Reset,
}

/// A link, without what makes it good.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct UserLinkRow {
    /// For whom.
    pub user_id: Text<UserId>,
    /// What for.
    pub kind: Text<LinkKind>,
    /// When it was made.
    pub created_at: i64,
    /// When it ends.
    pub expires_at: i64,
}

/// A link that is good, with the user it is for.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct GoodLinkRow {
    /// What for.
    pub kind: Text<LinkKind>,
    /// When it ends.
    pub expires_at: i64,
    /// For whom.
    #[sqlx(flatten)]
    pub user: UserRow,
}

/// Writes a link; the one before, of the same user, is dead.
///
/// # Errors
/// `InUse` when there is no such user.
pub async fn update_user_link(tx: &mut Tx, link: &UserLinkRow, token_hash: &str) -> StoreResult<()> {
    execute!(
        tx,
        "INSERT INTO user_links (user_id, kind, token_hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (user_id) DO UPDATE SET kind = excluded.kind, token_hash = excluded.token_hash,
             created_at = excluded.created_at, expires_at = excluded.expires_at",
        link.user_id,
        link.kind,
        token_hash,
        link.created_at,
        link.expires_at,
    )?;
    Ok(())
}

/// The link of a user, whether it has ended or not.
///
/// # Errors
/// When the database failed.
pub async fn find_user_link(tx: &mut Tx, user: UserId) -> StoreResult<Option<UserLinkRow>> {
    fetch_optional!(
        tx,
        UserLinkRow,
        "SELECT user_id, kind, created_at, expires_at FROM user_links WHERE user_id = $1",
        Text(user),
    )
}

/// The links of all users, whether they have ended or not.
///
/// # Errors
/// When the database failed.
pub async fn list_user_links(tx: &mut Tx) -> StoreResult<Vec<UserLinkRow>> {
    fetch_all!(tx, UserLinkRow, "SELECT user_id, kind, created_at, expires_at FROM user_links")
}

/// Finds the link with this hash that has not ended, unless its user is disabled.
///
/// # Errors
/// When the database failed.
pub async fn find_good_link(tx: &mut Tx, token_hash: &str, now: UnixMs) -> StoreResult<Option<GoodLinkRow>> {
    fetch_optional!(
        tx,
        GoodLinkRow,
        "SELECT l.kind, l.expires_at, u.id, u.email, u.name, u.role, u.slots, u.password_hash, u.disabled, u.created_at
         FROM user_links l JOIN users u ON u.id = l.user_id
         WHERE l.token_hash = $1 AND l.expires_at > $2 AND NOT u.disabled",
        token_hash,
        now.0,
    )
}

/// Takes the link of a user away; false when there is none.
///
/// # Errors
/// When the database failed.
pub async fn delete_user_link(tx: &mut Tx, user: UserId) -> StoreResult<bool> {
    let rows = execute!(tx, "DELETE FROM user_links WHERE user_id = $1", Text(user))?;
    Ok(rows == 1)
}
