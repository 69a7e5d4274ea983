//! Owns the SQL of users: the people who sign in to the console. Their presence as agents stands in `agent`.

use beckon_engine::id::UserId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::column::Text;
use super::sql::{execute, fetch_optional};
use super::{StoreResult, Tx};

/// One of the three console roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Takes chats.
    Agent,
    /// Takes chats and sees those of others.
    Supervisor,
    /// Does everything.
    Admin,
}

/// A person who signs in to the console.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct UserRow {
    /// Identity.
    pub id: Text<UserId>,
    /// Address in lower case.
    pub email: String,
    /// Name that visitors see.
    pub name: String,
    /// What the person may do.
    pub role: Text<Role>,
    /// Chats at a time by routing, 0 to 50.
    pub slots: i64,
    /// Argon2id, as a PHC string.
    pub password_hash: String,
    /// May not sign in.
    pub disabled: bool,
    /// When the row was made.
    pub created_at: i64,
}

/// Adds a user.
///
/// # Errors
/// `Taken` when the e-mail is in use.
pub async fn insert_user(tx: &mut Tx, user: &UserRow) -> StoreResult<()> {
    execute!(
        tx,
        "INSERT INTO users (id, email, name, role, slots, password_hash, disabled, created_at,
                            status, status_since, heard_at, idle_since, rung_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'away', $8, 0, $8, 0)",
        user.id,
        user.email.as_str(),
        user.name.as_str(),
        user.role,
        user.slots,
        user.password_hash.as_str(),
        user.disabled,
        user.created_at,
    )?;
    Ok(())
}

/// Finds the user with this e-mail, given in lower case.
///
/// # Errors
/// When the database failed.
pub async fn find_user_by_email(tx: &mut Tx, email: &str) -> StoreResult<Option<UserRow>> {
    fetch_optional!(
        tx,
        UserRow,
        "SELECT id, email, name, role, slots, password_hash, disabled, created_at FROM users WHERE email = $1",
        email,
    )
}
