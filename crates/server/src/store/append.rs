//! Owns the SQL that appends many messages at once, in two statements however many they are: one takes the numbers and
//! locks the chats, one writes the messages. What one message asks for stands in `message`.

use std::collections::BTreeMap;

use beckon_engine::id::{ChatId, UserId, VisitorId};
use beckon_engine::time::UnixMs;

use super::chat::{ChatMode, ChatState};
use super::column::{Text, list_of};
use super::message::{Audience, MessageRow, Sender};
use super::sql::{execute_list, fetch_list};
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
    let list = list_of(counts.iter());
    fetch_list!(
        tx,
        LockedChat,
        "UPDATE chats SET last_seq = chats.last_seq + CAST(j.value ->> 1 AS BIGINT) FROM ",
        list,
        " WHERE chats.id = j.value ->> 0 RETURNING id, visitor_id, mode, state, agent_id, owner_epoch, last_seq,
                                                         idle_warned_at",
    )
}

/// Writes messages that everyone may see under numbers that were taken; one that is there already is left out. Yields how many were
/// written.
///
/// # Errors
/// When the database failed.
pub async fn insert_messages(tx: &mut Tx, messages: &[NumberedMessage<'_>], now: UnixMs) -> StoreResult<u64> {
    let list =
        list_of(messages.iter().map(|m| (m.chat, m.seq, m.id, m.sender, m.user, m.name, m.body, now.0)));
    // The condition changes nothing: without one SQLite takes ON CONFLICT for a part of the join.
    execute_list!(
        tx,
        "INSERT INTO messages (chat_id, seq, id, sender, user_id, name, body, sent_at, audience)
         SELECT j.value ->> 0, CAST(j.value ->> 1 AS BIGINT), j.value ->> 2, j.value ->> 3, j.value ->> 4,
                j.value ->> 5, j.value ->> 6, CAST(j.value ->> 7 AS BIGINT), 'all' FROM ",
        list,
        " WHERE TRUE ON CONFLICT (chat_id, sender, id) DO NOTHING",
    )
}

/// The number of each message that is stored, by its place among those that are asked for.
///
/// # Errors
/// When the database failed.
pub async fn find_message_seqs(
    tx: &mut Tx,
    asked: &[(ChatId, Sender, &str)],
) -> StoreResult<BTreeMap<usize, i64>> {
    let list = list_of(asked.iter().enumerate().map(|(place, (chat, sender, id))| (chat, sender, id, place)));
    let found: Vec<(i64, i64)> = fetch_list!(
        tx,
        (i64, i64),
        "SELECT CAST(j.value ->> 3 AS BIGINT), m.seq FROM ",
        list,
        " JOIN messages m ON m.chat_id = j.value ->> 0 AND m.sender = j.value ->> 1 AND m.id = j.value ->> 2",
    )?;
    Ok(found.into_iter().filter_map(|(place, seq)| Some((usize::try_from(place).ok()?, seq))).collect())
}
