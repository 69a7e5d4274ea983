//! Owns the SQL of users: the people who sign in to the console. Their presence as agents stands in `agent`.

use beckon_engine::id::UserId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::column::Text;
use super::sql::{execute, fetch_all, fetch_one, fetch_optional};
use super::{StoreResult, Tx};

// One text for the columns of a `UserRow`.
macro_rules! select_users {
    ($rest:literal) => {
        concat!("SELECT id, email, name, role, slots, password_hash, disabled, created_at FROM users ", $rest)
    };
}

/// One of the three console roles, each of which may do what the one before it may.
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

/// Most users there can be.
pub const USERS_MAX: i64 = 10_000;

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
    /// Argon2id, as a PHC string; empty until the person has chosen a password.
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

/// Finds a user.
///
/// # Errors
/// When the database failed.
pub async fn find_user(tx: &mut Tx, id: UserId) -> StoreResult<Option<UserRow>> {
    fetch_optional!(tx, UserRow, select_users!("WHERE id = $1"), Text(id),)
}

/// Finds the user with this e-mail, given in lower case.
///
/// # Errors
/// When the database failed.
pub async fn find_user_by_email(tx: &mut Tx, email: &str) -> StoreResult<Option<UserRow>> {
    fetch_optional!(tx, UserRow, select_users!("WHERE email = $1"), email,)
}

/// The first `limit` users by e-mail that come after `after`; an empty `after` starts at the beginning.
///
/// # Errors
/// When the database failed.
pub async fn list_users(tx: &mut Tx, after: &str, limit: i64) -> StoreResult<Vec<UserRow>> {
    fetch_all!(tx, UserRow, select_users!("WHERE email > $1 ORDER BY email LIMIT $2"), after, limit,)
}

/// How many users there are, disabled ones included.
///
/// # Errors
/// When the database failed.
pub async fn find_user_count(tx: &mut Tx) -> StoreResult<i64> {
    let (count,): (i64,) = fetch_one!(tx, (i64,), "SELECT COUNT(*) FROM users")?;
    Ok(count)
}

/// How many administrators can sign in, `except` not counted.
///
/// # Errors
/// When the database failed.
pub async fn find_other_admin_count(tx: &mut Tx, except: UserId) -> StoreResult<i64> {
    let (count,): (i64,) = fetch_one!(
        tx,
        (i64,),
        "SELECT COUNT(*) FROM users WHERE role = $1 AND NOT disabled AND password_hash <> '' AND id <> $2",
        Text(Role::Admin),
        Text(except),
    )?;
    Ok(count)
}

/// Writes name, role, slots, password hash and whether the user is disabled.
///
/// # Errors
/// When the database failed.
pub async fn update_user(tx: &mut Tx, user: &UserRow) -> StoreResult<()> {
    execute!(
        tx,
        "UPDATE users SET name = $2, role = $3, slots = $4, password_hash = $5, disabled = $6 WHERE id = $1",
        user.id,
        user.name.as_str(),
        user.role,
        user.slots,
        user.password_hash.as_str(),
        user.disabled,
    )?;
    Ok(())
}

/// Removes a user with their sessions and places in queues.
///
/// # Errors
/// `InUse` when the user has had chats.
pub async fn delete_user(tx: &mut Tx, id: UserId) -> StoreResult<()> {
    execute!(tx, "DELETE FROM users WHERE id = $1", Text(id))?;
    Ok(())
}
