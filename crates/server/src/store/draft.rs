//! Owns the SQL of drafts: what an agent has begun to write in a chat, under a version that rises with every write of a browser.

use beckon_engine::id::{ChatId, UserId};
use beckon_engine::time::UnixMs;
use serde_json::json;

use super::column::Text;
use super::message::Audience;
use super::sql::{execute, fetch_all, fetch_list, fetch_optional};
use super::{StoreResult, Tx};

/// Drafts kept for one user; the ones not touched longest go first.
pub const DRAFTS_MAX: i64 = 200;

/// What an agent has begun to write.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct DraftRow {
    /// The chat.
    pub chat_id: Text<ChatId>,
    /// The text; empty once sent or given up.
    pub body: String,
    /// Whom it is for.
    pub audience: Text<Audience>,
    /// Rises with every write of a browser.
    pub version: i64,
    /// When it was last changed.
    pub updated_at: i64,
}

/// Finds a user's draft in a chat; an empty one also when it was sent or given up.
///
/// # Errors
/// When the database failed.
pub async fn find_draft(tx: &mut Tx, user: UserId, chat: ChatId) -> StoreResult<Option<DraftRow>> {
    fetch_optional!(
        tx,
        DraftRow,
        "SELECT chat_id, body, audience, version, updated_at FROM drafts WHERE user_id = $1 AND chat_id = $2",
        Text(user),
        Text(chat),
    )
}

/// Lists a user's drafts that hold something, the newest first.
///
/// # Errors
/// When the database failed.
pub async fn list_drafts(tx: &mut Tx, user: UserId) -> StoreResult<Vec<DraftRow>> {
    fetch_all!(
        tx,
        DraftRow,
        "SELECT chat_id, body, audience, version, updated_at FROM drafts
         WHERE user_id = $1 AND body <> '' ORDER BY updated_at DESC, chat_id LIMIT $2",
        Text(user),
        DRAFTS_MAX,
    )
}

/// Adds a draft where there is none yet, and forgets those beyond the bound. Yields false when there is one.
///
/// # Errors
/// When the database failed.
pub async fn insert_draft(tx: &mut Tx, user: UserId, draft: &DraftRow) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "INSERT INTO drafts (user_id, chat_id, body, version, updated_at, audience) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (user_id, chat_id) DO NOTHING",
        Text(user),
        draft.chat_id,
        draft.body.as_str(),
        draft.version,
        draft.updated_at,
        draft.audience,
    )?;
    execute!(
        tx,
        "DELETE FROM drafts WHERE user_id = $1 AND chat_id NOT IN
            (SELECT chat_id FROM drafts WHERE user_id = $1 ORDER BY updated_at DESC, chat_id LIMIT $2)",
        Text(user),
        DRAFTS_MAX,
    )?;
    Ok(rows == 1)
}

/// Writes a draft over the version before its own. Yields false when that is not the present one.
///
/// # Errors
/// When the database failed.
pub async fn update_draft(tx: &mut Tx, user: UserId, draft: &DraftRow) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE drafts SET body = $3, version = $4, updated_at = $5, audience = $6
         WHERE user_id = $1 AND chat_id = $2 AND version = $4 - 1",
        Text(user),
        draft.chat_id,
        draft.body.as_str(),
        draft.version,
        draft.updated_at,
        draft.audience,
    )?;
    Ok(rows == 1)
}

/// A message that an agent has sent.
#[derive(Clone, Copy, Debug)]
pub struct Sent<'a> {
    /// Who.
    pub user: UserId,
    /// To which chat.
    pub chat: ChatId,
    /// What.
    pub text: &'a str,
    /// For whom: a draft for others is not what it was written from.
    pub audience: Audience,
}

/// Empties the drafts that these messages were written from: those that a message begins with. Their version stays, so that the
/// browser which sent the message writes on over the version that it knows.
///
/// # Errors
/// When the database failed.
pub async fn update_drafts_sent(tx: &mut Tx, sent: &[Sent<'_>], now: UnixMs) -> StoreResult<()> {
    if sent.is_empty() {
        return Ok(());
    }
    let list = sent.iter().map(|sent| json!([sent.user, sent.chat])).collect::<Vec<_>>();
    let drafts = fetch_list!(
        tx,
        FilledDraft,
        "SELECT d.user_id, d.chat_id, d.body, d.version, d.audience FROM drafts d JOIN ",
        json!(list).to_string(),
        " ON d.user_id = j.value ->> 0 AND d.chat_id = j.value ->> 1 WHERE d.body <> ''",
    )?;
    for draft in drafts {
        let is_of = |sent: &&Sent<'_>| {
            sent.user == *draft.user_id && sent.chat == *draft.chat_id && sent.audience == *draft.audience
        };
        if !sent.iter().filter(is_of).any(|sent| sent.text.starts_with(draft.body.trim())) {
            continue;
        }
        execute!(
            tx,
            "UPDATE drafts SET body = '', updated_at = $4 WHERE user_id = $1 AND chat_id = $2 AND version = $3",
            draft.user_id,
            draft.chat_id,
            draft.version,
            now.0,
        )?;
    }
    Ok(())
}

/// A draft that holds something.
#[derive(sqlx::FromRow)]
struct FilledDraft {
    user_id: Text<UserId>,
    chat_id: Text<ChatId>,
    body: String,
    version: i64,
    audience: Text<Audience>,
}
