//! Owns the SQL of drafts: what an agent has begun to write in a chat, under a version that rises with every write of a browser.

use beckon_engine::id::{ChatId, UserId};
use beckon_engine::time::UnixMs;

use super::column::{Text, list_of};
use super::message::Audience;
use super::sql::{execute, execute_list, fetch_all, fetch_optional};
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

/// What may stand around a draft, and does not around the message that was written from it: the white space of Unicode.
pub(super) const WHITE_SPACE: &str = "\u{9}\u{a}\u{b}\u{c}\u{d}\u{20}\u{85}\u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}";

/// Empties the drafts that these messages were written from: those that a message begins with. Their version stays, so that the
/// browser which sent the message writes on over the version that it knows.
///
/// # Errors
/// When the database failed.
pub async fn update_drafts_sent(tx: &mut Tx, sent: &[Sent<'_>], now: UnixMs) -> StoreResult<()> {
    if sent.is_empty() {
        return Ok(());
    }
    let list = list_of(sent.iter().map(|s| (s.user, s.chat, s.audience, s.text, now.0, WHITE_SPACE)));
    execute_list!(
        tx,
        "UPDATE drafts SET body = '', updated_at = CAST(j.value ->> 4 AS BIGINT) FROM ",
        list,
        " WHERE drafts.user_id = j.value ->> 0 AND drafts.chat_id = j.value ->> 1 AND drafts.audience = j.value ->> 2
          AND drafts.body <> ''
          AND substr(j.value ->> 3, 1, length(ltrim(rtrim(drafts.body, j.value ->> 5), j.value ->> 5)))
              = ltrim(rtrim(drafts.body, j.value ->> 5), j.value ->> 5)",
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::WHITE_SPACE;

    // spec: A-1
    #[test]
    fn what_stands_around_a_draft_is_what_trimming_takes_away() {
        let all: String = (char::MIN..=char::MAX).filter(|letter| letter.is_whitespace()).collect();
        assert_eq!(WHITE_SPACE, all);
    }
}
