//! Owns the SQL of what visitors thought of their chats, once each.

use beckon_engine::id::ChatId;
use beckon_engine::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::column::Text;
use super::sql::{execute, fetch_optional};
use super::{StoreResult, Tx};

/// How a chat was rated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SurveyKind {
    /// One to five.
    Rating,
    /// One for up, zero for down.
    Thumbs,
}

impl SurveyKind {
    /// What can be given.
    #[must_use]
    pub fn takes(self, rating: i64) -> bool {
        match self {
            Self::Rating => (1..=5).contains(&rating),
            Self::Thumbs => (0..=1).contains(&rating),
        }
    }
}

/// What the visitor thought of a chat.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SurveyRow {
    /// How it was asked.
    pub kind: Text<SurveyKind>,
    /// What was given.
    pub rating: i64,
    /// In words; may be empty.
    pub comment: String,
}

/// Adds what the visitor thought. Yields false when they have said so before: the first stands.
///
/// # Errors
/// When the database failed.
pub async fn insert_survey(tx: &mut Tx, chat: ChatId, survey: &SurveyRow, now: UnixMs) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "INSERT INTO chat_surveys (chat_id, kind, rating, comment, given_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (chat_id) DO NOTHING",
        Text(chat),
        survey.kind,
        survey.rating,
        survey.comment.as_str(),
        now.0,
    )?;
    Ok(rows == 1)
}

/// Finds what the visitor thought of a chat.
///
/// # Errors
/// When the database failed.
pub async fn find_survey(tx: &mut Tx, chat: ChatId) -> StoreResult<Option<SurveyRow>> {
    fetch_optional!(
        tx,
        SurveyRow,
        "SELECT kind, rating, comment FROM chat_surveys WHERE chat_id = $1",
        Text(chat)
    )
}
