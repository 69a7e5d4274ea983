//! Owns the SQL that appends messages, many at once. On PostgreSQL one statement takes the numbers of all chats of a batch and
//! writes what may be written; `embedded` writes to the embedded database. What one message asks for stands in `message`.

use std::collections::BTreeMap;

use beckon_engine::id::{ChatId, UserId, VisitorId};
use beckon_engine::time::UnixMs;
use serde::Serialize;

use super::chat::{ChatMode, ChatState};
use super::column::{Text, id_list, list_of};
use super::connection::NotAtOnce;
use super::draft::WHITE_SPACE;
use super::message::{Audience, MessageRow, Sender};
use super::sql::{execute_list, fetch_list};
use super::{Pools, Store, StoreResult, Tx};

pub mod embedded;

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
    /// The last of the numbers that were taken by then.
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

/// Chats as they are, without a lock.
///
/// # Errors
/// When the database failed.
pub async fn find_chats_written(tx: &mut Tx, chats: &[ChatId]) -> StoreResult<Vec<LockedChat>> {
    fetch_list!(
        tx,
        LockedChat,
        "SELECT c.id, c.visitor_id, c.mode, c.state, c.agent_id, c.owner_epoch, c.last_seq, c.idle_warned_at FROM ",
        id_list(chats),
        " JOIN chats c ON c.id = j.value ->> 0",
    )
}

/// What is to be written to one chat, all of it or nothing.
#[derive(Debug, Serialize)]
pub struct ChatAppend<'a> {
    /// The chat.
    pub chat: ChatId,
    /// Whose it must be, when the visitor writes.
    pub visitor: Option<VisitorId>,
    /// Who must own it, and under which epoch, when the agent writes.
    pub owner: Option<(UserId, i64)>,
    /// In this order.
    pub messages: Vec<ChatMessage<'a>>,
}

/// One of its messages.
#[derive(Debug, Serialize)]
pub struct ChatMessage<'a> {
    /// Made by the sender.
    pub id: &'a str,
    /// Who writes it.
    pub sender: Sender,
    /// Name of the agent; empty otherwise.
    pub name: &'a str,
    /// The text.
    pub body: &'a str,
}

/// Takes the numbers of chats that may be written to, writes their messages, and empties the drafts that these were written from. The
/// condition is that of each message by itself; a chat with a message that is there already, or that would have more messages than it
/// may, is left out. That is counted, so that one entry of the index is read and not all of the chat's.
const AT_ONCE: &str = "
    WITH taken AS (
        UPDATE chats SET last_seq = chats.last_seq + jsonb_array_length(j.value -> 'messages')
        FROM jsonb_array_elements(CAST($1 AS jsonb)) AS j(value)
        WHERE chats.id = j.value ->> 'chat'
          AND (j.value ->> 'visitor' IS NULL
               OR (chats.visitor_id = j.value ->> 'visitor' AND chats.state IN ('queued', 'ringing', 'active')))
          AND (j.value -> 'owner' ->> 0 IS NULL
               OR (chats.state = 'active' AND chats.agent_id = j.value -> 'owner' ->> 0
                   AND chats.owner_epoch = CAST(j.value -> 'owner' ->> 1 AS BIGINT)))
          AND chats.last_seq + jsonb_array_length(j.value -> 'messages') <= $2
          AND NOT EXISTS (
              SELECT 1 FROM jsonb_array_elements(j.value -> 'messages') AS n(value)
              WHERE (SELECT COUNT(*) FROM messages m WHERE m.chat_id = j.value ->> 'chat' AND m.sender = n.value ->> 'sender'
                                                       AND m.id = n.value ->> 'id') > 0)
        RETURNING chats.id, chats.visitor_id, chats.mode, chats.state, chats.agent_id, chats.owner_epoch, chats.last_seq,
                  chats.idle_warned_at, j.value AS asked
    ), message AS (
        SELECT t.id AS chat_id, t.last_seq - jsonb_array_length(t.asked -> 'messages') + n.place AS seq, n.value,
               CASE WHEN n.value ->> 'sender' = 'agent' THEN t.asked -> 'owner' ->> 0 END AS user_id
        FROM taken t, jsonb_array_elements(t.asked -> 'messages') WITH ORDINALITY AS n(value, place)
    ), written AS (
        INSERT INTO messages (chat_id, seq, id, sender, user_id, name, body, sent_at, audience)
        SELECT chat_id, seq, value ->> 'id', value ->> 'sender', user_id, value ->> 'name', value ->> 'body', $3, 'all' FROM message
    ), emptied AS (
        UPDATE drafts SET body = '', updated_at = $3 FROM message m
        WHERE drafts.user_id = m.user_id AND drafts.chat_id = m.chat_id AND drafts.audience = 'all' AND drafts.body <> ''
          AND starts_with(m.value ->> 'body', btrim(drafts.body, $4))
    )
    SELECT id, visitor_id, mode, state, agent_id, owner_epoch, last_seq, idle_warned_at FROM taken";

impl Store {
    /// Writes to chats in one statement on PostgreSQL. Yields those that it has written to, with the last of the numbers that were
    /// taken; to the others nothing was written.
    ///
    /// # Errors
    /// When the database failed, and whether all may be written nevertheless.
    pub async fn append_at_once(
        &self,
        chats: &[ChatAppend<'_>],
        messages_max: i64,
        now: UnixMs,
    ) -> Result<Vec<LockedChat>, NotAtOnce> {
        let Pools::Postgres { all, .. } = &self.pools else { return Ok(Vec::new()) };
        let list = serde_json::to_string(chats).expect("ids, numbers and texts");
        let query = sqlx::query(AT_ONCE).bind(list).bind(messages_max).bind(now.0).bind(WHITE_SPACE);
        super::connection::rows_at_once(all, query).await
    }
}
