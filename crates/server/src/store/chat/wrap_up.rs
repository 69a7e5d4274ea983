//! Owns the SQL of what an agent notes of a chat after its end.

use beckon_engine::id::ChatId;

use crate::store::column::{Json, Text};
use crate::store::sql::{execute, fetch_optional};
use crate::store::{StoreResult, Tx};

/// What an agent notes of a chat.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct WrapUpRow {
    /// What it came to; empty when not chosen.
    pub disposition: String,
    /// Tags.
    pub tags: Json<Vec<String>>,
    /// In words.
    pub wrap_up_note: String,
}

/// Finds what was noted of a chat.
///
/// # Errors
/// When the database failed.
pub async fn find_wrap_up(tx: &mut Tx, id: ChatId) -> StoreResult<Option<WrapUpRow>> {
    fetch_optional!(
        tx,
        WrapUpRow,
        "SELECT disposition, tags, wrap_up_note FROM chats WHERE id = $1",
        Text(id)
    )
}

/// Notes it.
///
/// # Errors
/// When the database failed.
pub async fn update_wrap_up(tx: &mut Tx, id: ChatId, noted: &WrapUpRow) -> StoreResult<()> {
    execute!(
        tx,
        "UPDATE chats SET disposition = $2, tags = $3, wrap_up_note = $4 WHERE id = $1",
        Text(id),
        noted.disposition.as_str(),
        &noted.tags,
        noted.wrap_up_note.as_str(),
    )?;
    Ok(())
}
