//! Owns the SQL of who asked for a chat's transcript by e-mail (P-7). Sends nothing.

use beckon_engine::id::{ChatId, UserId};
use beckon_engine::time::UnixMs;
use uuid::Uuid;

use super::column::Text;
use super::sql::{execute, fetch_all, fetch_one};
use super::{StoreResult, Tx};

/// A wish for a transcript.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct TranscriptRow {
    /// Identity.
    pub id: Text<Uuid>,
    /// Where it goes.
    pub address: String,
}

/// Adds a wish; `user` is the agent who asks, none for the visitor.
///
/// # Errors
/// When the database failed.
pub async fn insert_transcript(
    tx: &mut Tx,
    chat: ChatId,
    wish: &TranscriptRow,
    user: Option<UserId>,
    now: UnixMs,
) -> StoreResult<()> {
    execute!(
        tx,
        "INSERT INTO chat_transcripts (id, chat_id, address, user_id, asked_at) VALUES ($1, $2, $3, $4, $5)",
        wish.id,
        Text(chat),
        wish.address.as_str(),
        user.map(Text),
        now.0,
    )?;
    Ok(())
}

/// Counts the wishes of a chat: all, and the visitor's own.
///
/// # Errors
/// When the database failed.
pub async fn count_transcripts(tx: &mut Tx, chat: ChatId) -> StoreResult<(i64, i64)> {
    fetch_one!(
        tx,
        (i64, i64),
        "SELECT COUNT(*), COUNT(CASE WHEN user_id IS NULL THEN 1 END) FROM chat_transcripts WHERE chat_id = $1",
        Text(chat),
    )
}

/// Lists the wishes of a chat that have not been met, and marks them as met.
///
/// # Errors
/// When the database failed.
pub async fn update_transcripts_sent(
    tx: &mut Tx,
    chat: ChatId,
    now: UnixMs,
) -> StoreResult<Vec<TranscriptRow>> {
    fetch_all!(
        tx,
        TranscriptRow,
        "UPDATE chat_transcripts SET sent_at = $2 WHERE chat_id = $1 AND sent_at IS NULL RETURNING id, address",
        Text(chat),
        now.0,
    )
}
