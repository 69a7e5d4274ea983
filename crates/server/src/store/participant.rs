//! Owns the SQL of who takes part in a chat on the side of the staff, and from when to when. Who may do what stands in the driver.

use std::collections::BTreeMap;

use beckon_engine::id::{ChatId, UserId};
use beckon_engine::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::column::{Text, id_list};
use super::sql::{execute, fetch_all, fetch_list};
use super::{StoreResult, Tx};

/// What somebody is in a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Has the chat. There is one.
    Owner,
    /// Writes along; the visitor knows.
    Guest,
    /// Reads along; the visitor does not know.
    Watcher,
}

/// Somebody's part in a chat.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ParticipantRow {
    /// Who.
    pub user_id: Text<UserId>,
    /// Their name.
    pub name: String,
    /// As what.
    pub part: Text<Part>,
    /// Since when.
    pub joined_at: i64,
    /// Until when; none while they take part.
    pub left_at: Option<i64>,
}

/// Most participants of one chat that are listed.
macro_rules! listed_max {
    () => {
        "200"
    };
}

/// Adds somebody to a chat, in the place of whatever they were in it.
///
/// # Errors
/// `Taken` when the part is the owner's and the chat has one.
pub async fn insert_participant(
    tx: &mut Tx,
    chat: ChatId,
    user: UserId,
    part: Part,
    now: UnixMs,
) -> StoreResult<()> {
    update_participant_left(tx, chat, user, now).await?;
    execute!(
        tx,
        "INSERT INTO chat_participants (chat_id, user_id, part, joined_at, left_at) VALUES ($1, $2, $3, $4, NULL)
         ON CONFLICT (chat_id, user_id, part, joined_at) DO UPDATE SET left_at = NULL",
        Text(chat),
        Text(user),
        Text(part),
        now.0,
    )?;
    Ok(())
}

/// Ends somebody's part in a chat. Yields false when they had none.
///
/// # Errors
/// When the database failed.
pub async fn update_participant_left(
    tx: &mut Tx,
    chat: ChatId,
    user: UserId,
    now: UnixMs,
) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE chat_participants SET left_at = $3 WHERE chat_id = $1 AND user_id = $2 AND left_at IS NULL",
        Text(chat),
        Text(user),
        now.0,
    )?;
    Ok(rows > 0)
}

/// Ends the owner's part in a chat.
///
/// # Errors
/// When the database failed.
pub async fn update_owner_left(tx: &mut Tx, chat: ChatId, now: UnixMs) -> StoreResult<()> {
    execute!(
        tx,
        "UPDATE chat_participants SET left_at = $2 WHERE chat_id = $1 AND part = 'owner' AND left_at IS NULL",
        Text(chat),
        now.0,
    )?;
    Ok(())
}

/// Ends everyone's part in a chat but the owner's, who wraps it up.
///
/// # Errors
/// When the database failed.
pub async fn update_company_left(tx: &mut Tx, chat: ChatId, now: UnixMs) -> StoreResult<()> {
    execute!(
        tx,
        "UPDATE chat_participants SET left_at = $2 WHERE chat_id = $1 AND part <> 'owner' AND left_at IS NULL",
        Text(chat),
        now.0,
    )?;
    Ok(())
}

/// Lists who takes or took part in these chats, in each the newest first.
///
/// # Errors
/// When the database failed.
pub async fn list_participants_of(
    tx: &mut Tx,
    chats: &[ChatId],
) -> StoreResult<BTreeMap<ChatId, Vec<ParticipantRow>>> {
    let rows = fetch_list!(
        tx,
        PartRow,
        "SELECT chat_id, user_id, name, part, joined_at, left_at FROM (
             SELECT p.chat_id, p.user_id, u.name, p.part, p.joined_at, p.left_at,
                    ROW_NUMBER() OVER (PARTITION BY p.chat_id ORDER BY p.joined_at DESC, p.user_id) AS place
             FROM chat_participants p JOIN users u ON u.id = p.user_id
             WHERE p.chat_id IN (SELECT j.value ->> 0 FROM ",
        id_list(chats),
        concat!(")) AS placed WHERE place <= ", listed_max!(), " ORDER BY chat_id, place"),
    )?;
    let mut of: BTreeMap<ChatId, Vec<ParticipantRow>> = BTreeMap::new();
    for PartRow { chat_id, participant } in rows {
        of.entry(*chat_id).or_default().push(participant);
    }
    Ok(of)
}

/// Somebody's part, and in which chat.
#[derive(sqlx::FromRow)]
struct PartRow {
    chat_id: Text<ChatId>,
    #[sqlx(flatten)]
    participant: ParticipantRow,
}

/// Lists who takes or took part in a chat, the newest first.
///
/// # Errors
/// When the database failed.
pub async fn list_participants(tx: &mut Tx, chat: ChatId) -> StoreResult<Vec<ParticipantRow>> {
    fetch_all!(
        tx,
        ParticipantRow,
        concat!(
            "SELECT p.user_id, u.name, p.part, p.joined_at, p.left_at
             FROM chat_participants p JOIN users u ON u.id = p.user_id
             WHERE p.chat_id = $1 ORDER BY p.joined_at DESC, p.user_id LIMIT ",
            listed_max!()
        ),
        Text(chat),
    )
}
