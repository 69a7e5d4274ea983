//! Owns the SQL that appends many messages at once, in two statements however many they are: one takes the numbers and
//! locks the chats, one writes the messages. What one message asks for stands in `message`.

use std::collections::BTreeMap;

use beckon_engine::id::{ChatId, UserId, VisitorId};
use beckon_engine::time::UnixMs;
use serde_json::json;

use super::chat::{ChatMode, ChatState};
use super::column::Text;
use super::message::{Audience, MessageRow, Sender};
use super::sql::{fetch_list, fetch_optional};
use super::{StoreResult, Tx};

/// A message with its number.
#[derive(Clone, Debug)]
pub struct NumberedMessage<'a> {
    /// The chat.
    pub chat: ChatId,
    /// Its number.
    pub seq: i64,
    /// Made by the sender.
    pub id: &'a str,
    /// Who writes it.
    pub sender: Sender,
    /// The agent.
    pub user: Option<UserId>,
    /// Name of the agent; empty otherwise.
    pub name: &'a str,
    /// The text.
    pub body: &'a str,
}

impl NumberedMessage<'_> {
    /// As it is read back after [`insert_messages`] at `now`.
    #[must_use]
    pub fn as_stored(&self, now: UnixMs) -> MessageRow {
        MessageRow {
            seq: self.seq,
            id: self.id.to_owned(),
            sender: Text(self.sender),
            name: self.name.to_owned(),
            body: self.body.to_owned(),
            file: None,
            sent_at: now.0,
            audience: Text(Audience::All),
        }
    }
}

/// A chat as it is under the lock: what decides who may write.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct LockedChat {
    /// Identity.
    pub id: Text<ChatId>,
    /// Whose.
    pub visitor_id: Text<VisitorId>,
    /// How it came about.
    pub mode: Text<ChatMode>,
    /// Where it stands.
    pub state: Text<ChatState>,
    /// Who is rung, or owns it.
    pub agent_id: Option<Text<UserId>>,
    /// Rises with every change of owner.
    pub owner_epoch: i64,
    /// The last of the numbers that were taken.
    pub last_seq: i64,
    /// When the visitor was told that the chat closes without an answer, as long as that holds.
    pub idle_warned_at: Option<i64>,
}

/// Takes so many numbers of each chat, which locks these chats for this unit of work. Yields the chats as they are
/// then, with the last of the numbers that were taken; one that does not exist is not among them.
///
/// # Errors
/// When the database failed.
pub async fn update_last_seqs(tx: &mut Tx, counts: &BTreeMap<ChatId, i64>) -> StoreResult<Vec<LockedChat>> {
    let list = json!(counts.iter().map(|(chat, count)| json!([chat, count])).collect::<Vec<_>>()).to_string();
    fetch_list!(
        tx,
        LockedChat,
        "UPDATE chats SET last_seq = chats.last_seq + CAST(j.value ->> 1 AS BIGINT) FROM ",
        list.as_str(),
        " WHERE chats.id = j.value ->> 0 RETURNING id, visitor_id, mode, state, agent_id, owner_epoch, last_seq,
                                                         idle_warned_at",
    )
}

/// Writes messages that everyone may see under numbers that were taken; one that is there already is left out. Yields which were written.
///
/// # Errors
/// When the database failed.
pub async fn insert_messages(
    tx: &mut Tx,
    messages: &[NumberedMessage<'_>],
    now: UnixMs,
) -> StoreResult<Vec<(ChatId, i64)>> {
    let row = |m: &NumberedMessage<'_>| json!([m.chat, m.seq, m.id, m.sender, m.user, m.name, m.body, now.0]);
    let list = json!(messages.iter().map(row).collect::<Vec<_>>()).to_string();
    // The condition changes nothing: without one SQLite takes ON CONFLICT for a part of the join.
    let written: Vec<(Text<ChatId>, i64)> = fetch_list!(
        tx,
        (Text<ChatId>, i64),
        "INSERT INTO messages (chat_id, seq, id, sender, user_id, name, body, sent_at, audience)
         SELECT j.value ->> 0, CAST(j.value ->> 1 AS BIGINT), j.value ->> 2, j.value ->> 3, j.value ->> 4,
                j.value ->> 5, j.value ->> 6, CAST(j.value ->> 7 AS BIGINT), 'all' FROM ",
        list.as_str(),
        " WHERE TRUE ON CONFLICT (chat_id, sender, id) DO NOTHING RETURNING chat_id, seq",
    )?;
    Ok(written.into_iter().map(|(chat, seq)| (*chat, seq)).collect())
}

/// Finds the number under which a message is stored.
///
/// # Errors
/// When the database failed.
pub async fn find_message_seq(
    tx: &mut Tx,
    chat: ChatId,
    sender: Sender,
    id: &str,
) -> StoreResult<Option<i64>> {
    let found: Option<(i64,)> = fetch_optional!(
        tx,
        (i64,),
        "SELECT seq FROM messages WHERE chat_id = $1 AND sender = $2 AND id = $3",
        Text(chat),
        Text(sender),
        id,
    )?;
    Ok(found.map(|(seq,)| seq))
}
