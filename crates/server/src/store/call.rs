//! Owns the SQL of calls: a chat rings at one agent, who is to take it over or to join it. A chat has one open call at a time.

use beckon_engine::id::{ChatId, UserId};
use beckon_engine::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::column::{Text, id_list};
use super::sql::{execute, fetch_all, fetch_list, fetch_one, fetch_optional};
use super::{StoreResult, Tx};

/// What an agent is called for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To take the chat over.
    Transfer,
    /// To join it.
    Invite,
}

/// What a call came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallOutcome {
    /// The agent came.
    Taken,
    /// The agent said no.
    Declined,
    /// It rang out.
    Unanswered,
    /// Nobody is needed any more.
    Withdrawn,
}

/// An open call.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct CallRow {
    /// Identity.
    pub id: Text<Uuid>,
    /// The chat.
    pub chat_id: Text<ChatId>,
    /// What for.
    pub purpose: Text<Purpose>,
    /// Who called.
    pub from_id: Text<UserId>,
    /// Their name.
    pub from_name: String,
    /// Who is called.
    pub to_id: Text<UserId>,
    /// Their name.
    pub to_name: String,
    /// What the caller wrote to them.
    pub note: String,
    /// When it ends.
    pub due_at: i64,
}

/// A call to add.
#[derive(Clone, Debug)]
pub struct NewCall<'a> {
    /// Identity.
    pub id: Uuid,
    /// The chat.
    pub chat: ChatId,
    /// What for.
    pub purpose: Purpose,
    /// Who calls.
    pub from: UserId,
    /// Who is called.
    pub to: UserId,
    /// What the caller writes to them.
    pub note: &'a str,
    /// When it ends.
    pub due: UnixMs,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.chat_id, c.purpose, c.from_id, f.name AS from_name, c.to_id, t.name AS to_name, c.note, c.due_at
             FROM chat_calls c JOIN users f ON f.id = c.from_id JOIN users t ON t.id = c.to_id
             WHERE c.outcome IS NULL AND ",
            $rest
        )
    };
}

/// Adds a call. Yields false when the chat has an open one.
///
/// # Errors
/// When the database failed.
pub async fn insert_call(tx: &mut Tx, call: &NewCall<'_>, now: UnixMs) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "INSERT INTO chat_calls (id, chat_id, purpose, from_id, to_id, note, called_at, due_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        Text(call.id),
        Text(call.chat),
        Text(call.purpose),
        Text(call.from),
        Text(call.to),
        call.note,
        now.0,
        call.due.0,
    )?;
    Ok(rows == 1)
}

/// Finds the open call of a chat.
///
/// # Errors
/// When the database failed.
pub async fn find_open_call(tx: &mut Tx, chat: ChatId) -> StoreResult<Option<CallRow>> {
    fetch_optional!(tx, CallRow, select!("c.chat_id = $1"), Text(chat))
}

/// Lists the open calls of these chats.
///
/// # Errors
/// When the database failed.
pub async fn list_open_calls_of(tx: &mut Tx, chats: &[ChatId]) -> StoreResult<Vec<CallRow>> {
    fetch_list!(tx, CallRow, select!("c.chat_id IN (SELECT j.value ->> 0 FROM "), id_list(chats), ")",)
}

/// Lists open calls that ended at or before `now`.
///
/// # Errors
/// When the database failed.
pub async fn list_due_calls(tx: &mut Tx, now: UnixMs) -> StoreResult<Vec<CallRow>> {
    fetch_all!(tx, CallRow, select!("c.due_at <= $1 ORDER BY c.due_at, c.id LIMIT 1000"), now.0)
}

/// The earliest end of any open call.
///
/// # Errors
/// When the database failed.
pub async fn find_next_call_due(tx: &mut Tx) -> StoreResult<Option<UnixMs>> {
    let (due,): (Option<i64>,) =
        fetch_one!(tx, (Option<i64>,), "SELECT MIN(due_at) FROM chat_calls WHERE outcome IS NULL")?;
    Ok(due.map(UnixMs))
}

/// Ends a call. Yields false when it has ended.
///
/// # Errors
/// When the database failed.
pub async fn update_call_settled(
    tx: &mut Tx,
    id: Uuid,
    outcome: CallOutcome,
    now: UnixMs,
) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE chat_calls SET outcome = $2, settled_at = $3 WHERE id = $1 AND outcome IS NULL",
        Text(id),
        Text(outcome),
        now.0,
    )?;
    Ok(rows == 1)
}

/// Withdraws the open call of a chat, if it has one.
///
/// # Errors
/// When the database failed.
pub async fn update_call_withdrawn(tx: &mut Tx, chat: ChatId, now: UnixMs) -> StoreResult<()> {
    execute!(
        tx,
        "UPDATE chat_calls SET outcome = 'withdrawn', settled_at = $2 WHERE chat_id = $1 AND outcome IS NULL",
        Text(chat),
        now.0,
    )?;
    Ok(())
}
